import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { fromDrizzle, type DrizzleTransactionLike } from 'nestjs-tillhook/drizzle';
import pg from 'pg';
import type { Library, OpenTransaction } from '../library.js';

type Database = ReturnType<typeof drizzle>;
type Tx = Parameters<Parameters<Database['transaction']>[0]>[0];

const transactionOf = (tx: Tx): OpenTransaction => ({
  adapted: () => fromDrizzle(tx),
  execute: (text) => tx.execute(sql.raw(text)),
  nested: (work) => tx.transaction((inner) => work(transactionOf(inner))),
});

export const drizzleLibrary: Library = {
  name: 'Drizzle',
  databases: ['postgres'],
  hasHook: false,
  connect({ url }) {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const db = drizzle(pool);
    return Promise.resolve({
      transaction: (work) => db.transaction((tx) => work(transactionOf(tx))),
      plain: () => fromDrizzle(db as unknown as DrizzleTransactionLike),
      close: () => pool.end(),
    });
  },
};
