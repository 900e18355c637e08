import type { QueueCountStore } from '../ports/queue-count-store.js';
import type { PostgresDatabase } from './postgres-database.js';

/** Counts on PostgreSQL, in one statement that stops at the bound. */
export class PostgresQueueCountStore implements QueueCountStore {
  readonly #pending: string;

  constructor(private readonly database: PostgresDatabase) {
    // Each lane is counted by key, from the due date up to which scans have come, so that dead rows at its head are not read.
    this.#pending = `
      SELECT count(*) AS pending FROM (
        SELECT 1
        FROM (SELECT id FROM ${database.table('webhook_http_transport')} WHERE tenant_uid = $1 OFFSET 0) t
        CROSS JOIN LATERAL (
          SELECT scan_from FROM ${database.table('webhook_lane')} WHERE transport_id = t.id LIMIT 1
        ) l
        CROSS JOIN LATERAL (
          SELECT 1 FROM ${database.table('webhook_queue')} WHERE transport_id = t.id AND due_at >= l.scan_from
          LIMIT $2::bigint
        ) q
        LIMIT $2::bigint
      ) counted`;
  }

  async pending(tenantUid: string, most: number): Promise<number> {
    const [row] = await this.database.query<{ pending: number }>('tillhook_count_pending', this.#pending, [
      tenantUid,
      most,
    ]);
    return row!.pending;
  }
}
