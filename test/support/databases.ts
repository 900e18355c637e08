import { afterAll, beforeAll, describe } from '@jest/globals';
import { createPostgresDatabase } from './postgres.js';
import { createSqliteDatabase } from './sqlite.js';
import { DATABASE_KINDS } from './test-database.js';
import type { DatabaseKind, TestDatabase } from './test-database.js';

const create = { sqlite: createSqliteDatabase, postgres: createPostgresDatabase };

/** Creates an empty database of the given kind. The caller drops it. */
export function createDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return create[kind]();
}

/**
 * Runs a suite once on each database: `eachDatabase((db) => { it('…', () => { … db().options … }) })`.
 * `db()` is available in hooks and tests; the database is created before the suite and dropped after it.
 */
export function eachDatabase(suite: (db: () => TestDatabase, kind: DatabaseKind) => void): void {
  describe.each(DATABASE_KINDS)('on %s', (kind) => {
    let database: TestDatabase | undefined;
    beforeAll(async () => {
      database = await createDatabase(kind);
    });
    suite(() => {
      if (!database)
        throw new Error('The database exists in hooks and tests, not while a suite is described.');
      return database;
    }, kind);
    // Declared last: hooks run in the order of declaration, and the suite's own close its connections.
    afterAll(() => database?.drop());
  });
}
