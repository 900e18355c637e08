import type { PurgeStore } from '../ports/purge-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Erasing a tenant on SQLite. */
export class SqlitePurgeStore implements PurgeStore {
  readonly #eventsOf: string;

  constructor(private readonly database: SqliteDatabase) {
    this.#eventsOf = `
      SELECT id, octet_length(body) AS bytes FROM ${database.table('webhook_event')} WHERE tenant_uid = ? LIMIT ?`;
  }

  eventsOf(tenantUid: string, limit: number): Promise<{ id: number; bytes: number }[]> {
    const rows = this.database.prepare<{ id: number; bytes: number }>(this.#eventsOf).all(tenantUid, limit);
    return Promise.resolve(rows);
  }

  openInserts(): Promise<string[]> {
    return Promise.resolve([]);
  }
}
