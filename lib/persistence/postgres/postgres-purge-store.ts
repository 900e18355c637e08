import type { PurgeStore } from '../ports/purge-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { literal } from './sql.js';

/** Erasing a tenant on PostgreSQL. */
export class PostgresPurgeStore implements PurgeStore {
  readonly #sql;

  constructor(private readonly database: PostgresDatabase) {
    const event = database.table('webhook_event');
    this.#sql = {
      eventsOf: `
        SELECT id, pg_column_size(body) AS bytes FROM (
          SELECT id, body FROM ${event} WHERE tenant_uid = $1 ORDER BY tenant_uid, event_uid LIMIT $2
        ) e`,
      // A transaction that has written to a table keeps this lock until it ends. Every role may read `pg_locks`.
      openInserts: `
        SELECT DISTINCT virtualtransaction AS id FROM pg_catalog.pg_locks
        WHERE locktype = 'relation' AND relation = ${literal(event)}::regclass AND mode = 'RowExclusiveLock'
          AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
          AND pid IS DISTINCT FROM pg_backend_pid()`,
    };
  }

  eventsOf(tenantUid: string, limit: number): Promise<{ id: number; bytes: number }[]> {
    return this.database.query('tillhook_purge_events', this.#sql.eventsOf, [tenantUid, limit]);
  }

  async openInserts(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      'tillhook_purge_open_inserts',
      this.#sql.openInserts,
      [],
    );
    return rows.map(({ id }) => id);
  }
}
