import { afterAll, beforeAll, describe } from '@jest/globals';
import { createMigratedPostgresDatabase, createMigratedSqliteDatabase } from './migrated-databases.js';
import { createPostgresDatabase } from './postgres.js';
import { createSqliteDatabase } from './sqlite.js';
import { DATABASE_KINDS } from './test-database.js';
import type { DatabaseKind, TestDatabase } from './test-database.js';

/** Creates a database of the given kind. The caller drops it. */
export type CreateDatabase = (kind: DatabaseKind) => Promise<TestDatabase>;

const empty = { sqlite: createSqliteDatabase, postgres: createPostgresDatabase };
const migrated = { sqlite: createMigratedSqliteDatabase, postgres: createMigratedPostgresDatabase };

/** Creates an empty database, for tests whose subject is the migration or the start of a first host. The caller drops it. */
export const createDatabase: CreateDatabase = (kind) => empty[kind]();

/**
 * Creates a database with the tables of the module, as a first host with `runMigrations: true` leaves them. It is a copy, so a
 * host starts on it in less time than on an empty one. The caller drops it.
 */
export const createMigratedDatabase: CreateDatabase = (kind) => migrated[kind]();

/**
 * Runs a suite once on each database: `eachDatabase((db) => { it('…', () => { … db().options … }) })`.
 * `db()` is available in hooks and tests; the database is created before the suite and dropped after it.
 *
 * @param create default: a migrated database; `createDatabase` for an empty one
 */
export function eachDatabase(
  suite: (db: () => TestDatabase, kind: DatabaseKind) => void,
  create: CreateDatabase = createMigratedDatabase,
): void {
  describe.each(DATABASE_KINDS)('on %s', (kind) => {
    let database: TestDatabase | undefined;
    beforeAll(async () => {
      database = await create(kind);
    });
    suite(() => {
      if (!database)
        throw new Error('The database exists in hooks and tests, not while a suite is described.');
      return database;
    }, kind);
    // Declared last, because hooks run in the order of declaration, and those of the suite close its connections first.
    afterAll(() => database?.drop());
  });
}
