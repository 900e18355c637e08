import knexBuilder, { type Knex } from 'knex';
import { fromKnex } from 'nestjs-tillhook/knex';
import type { TestDatabase } from '../../support/test-database.js';
import type { Library, OpenTransaction } from '../library.js';

const transactionOf = (trx: Knex.Transaction): OpenTransaction => ({
  adapted: () => fromKnex(trx),
  execute: async (sql) => await trx.raw(sql),
  nested: (work) => trx.transaction((inner) => work(transactionOf(inner))),
});

const open = ({ kind, url, options }: TestDatabase): Knex =>
  knexBuilder(
    kind === 'postgres'
      ? { client: 'pg', connection: url, pool: { min: 0, max: 2 } }
      : {
          client: 'better-sqlite3',
          connection: { filename: (options as { database: string }).database },
          useNullAsDefault: true,
        },
  );

export const knexLibrary: Library = {
  name: 'Knex',
  databases: ['postgres', 'sqlite'],
  hasHook: true,
  connect(database) {
    const knex = open(database);
    return Promise.resolve({
      transaction: (work) => knex.transaction((trx) => work(transactionOf(trx))),
      plain: () => fromKnex(knex as Knex.Transaction),
      close: () => knex.destroy(),
    });
  },
};
