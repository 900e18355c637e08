import { fromPg } from 'nestjs-tillhook/pg';
import pg from 'pg';
import type { Library, OpenTransaction } from '../library.js';

const transactionOf = (client: pg.PoolClient, depth = 0): OpenTransaction => ({
  adapted: () => fromPg(client),
  execute: (sql) => client.query(sql),
  async nested(work) {
    const name = `sp${depth}`;
    await client.query(`SAVEPOINT ${name}`);
    try {
      await work(transactionOf(client, depth + 1));
    } catch (error) {
      await client.query(`ROLLBACK TO SAVEPOINT ${name}`);
      throw error;
    }
  },
});

/** @param hidesStatus whether the client hides its transaction status, as releases of `pg` before 8.17 do */
const library = (name: string, hidesStatus: boolean): Library => ({
  name,
  databases: ['postgres'],
  hasHook: false,
  async connect({ url }) {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const plain = await pool.connect();
    const hide = (client: pg.PoolClient): void => {
      if (hidesStatus) Object.assign(client, { getTransactionStatus: undefined });
    };
    hide(plain);
    return {
      async transaction(work) {
        const client = await pool.connect();
        hide(client);
        try {
          await client.query('BEGIN');
          await work(transactionOf(client));
          await client.query('COMMIT');
        } catch (error) {
          await client.query('ROLLBACK');
          throw error;
        } finally {
          client.release();
        }
      },
      plain: () => fromPg(plain),
      async close() {
        plain.release();
        await pool.end();
      },
    };
  },
});

export const pgLibrary = library('pg', false);
export const olderPgLibrary = library('pg without transaction status', true);
