import SQLite from 'better-sqlite3';
import { CamelCasePlugin, Kysely, PostgresDialect, sql, SqliteDialect, type Transaction } from 'kysely';
import { fromKysely } from 'nestjs-tillhook/kysely';
import pg from 'pg';
import type { TestDatabase } from '../../support/test-database.js';
import type { Library, OpenTransaction } from '../library.js';

type Tables = Record<string, never>;

const transactionOf = (trx: Transaction<Tables>, depth = 0): OpenTransaction => ({
  adapted: () => fromKysely(trx),
  execute: (text) => sql.raw(text).execute(trx),
  async nested(work) {
    const name = `sp${depth}`;
    await sql.raw(`SAVEPOINT ${name}`).execute(trx);
    try {
      await work(transactionOf(trx, depth + 1));
    } catch (error) {
      await sql.raw(`ROLLBACK TO SAVEPOINT ${name}`).execute(trx);
      throw error;
    }
  },
});

const open = ({ kind, url, options }: TestDatabase): Kysely<Tables> =>
  new Kysely({
    dialect:
      kind === 'postgres'
        ? new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 2 }) })
        : new SqliteDialect({ database: new SQLite((options as { database: string }).database) }),
    // A plugin that renames the columns of results must not disturb the module.
    plugins: [new CamelCasePlugin()],
  });

/** @param isControlled whether the transaction is begun with `startTransaction()`, and not with a callback */
const library = (name: string, isControlled: boolean): Library => ({
  name,
  databases: ['postgres', 'sqlite'],
  hasHook: false,
  connect(database) {
    const db = open(database);
    return Promise.resolve({
      async transaction(work) {
        if (!isControlled) return db.transaction().execute((trx) => work(transactionOf(trx)));
        const trx = await db.startTransaction().execute();
        try {
          await work(transactionOf(trx));
        } catch (error) {
          await trx.rollback().execute();
          throw error;
        }
        await trx.commit().execute();
      },
      plain: () => fromKysely(db),
      close: () => db.destroy(),
    });
  },
});

export const kyselyLibrary = library('Kysely', false);
export const controlledKyselyLibrary = library('Kysely, controlled', true);
