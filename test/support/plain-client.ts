import Sqlite from 'better-sqlite3';
import type { HostTransaction, WebhookEmitter } from 'nestjs-tillhook';
import { fromBetterSqlite3 } from 'nestjs-tillhook/better-sqlite3';
import { fromPg } from 'nestjs-tillhook/pg';
import pg from 'pg';
import type { TestDatabase } from './test-database.js';

/** The connection of a host that uses a plain driver: `pg` or better-sqlite3. */
export interface PlainClient {
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Begins a transaction and emits one settled order in it. */
  emitIn(emitter: WebhookEmitter, tenantUid: string, orderUid: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a connection with the driver of the database. */
export async function openPlainClient({ kind, url }: TestDatabase): Promise<PlainClient> {
  if (kind === 'sqlite') return sqliteClient(new Sqlite(url.slice('sqlite:'.length)));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return postgresClient(client);
}

const options = (tenantUid: string, transaction: HostTransaction) => ({ tenantUid, transaction });

const postgresClient = (client: pg.Client): PlainClient => ({
  query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
  emitIn: async (emitter, tenantUid, orderUid) => {
    await client.query('BEGIN');
    await client.query(`INSERT INTO sale VALUES ('${orderUid}')`);
    const data = { order: { Uid: orderUid } };
    await emitter.emit('ORDER_SETTLED', data, options(tenantUid, fromPg(client)));
  },
  close: () => client.end(),
});

const sqliteClient = (db: Sqlite.Database): PlainClient => ({
  query: (sql) => {
    const statement = db.prepare(sql);
    if (statement.reader) return Promise.resolve(statement.all() as Record<string, unknown>[]);
    statement.run();
    return Promise.resolve([]);
  },
  emitIn: (emitter, tenantUid, orderUid) => {
    db.prepare('BEGIN IMMEDIATE').run();
    db.prepare('INSERT INTO sale VALUES (?)').run(orderUid);
    const data = { order: { Uid: orderUid } };
    emitter.emitSync('ORDER_SETTLED', data, options(tenantUid, fromBetterSqlite3(db)));
    return Promise.resolve();
  },
  close: () => {
    db.close();
    return Promise.resolve();
  },
});
