import {
  boundedCount,
  MOST_DELIVERIES,
  MOST_EVENTS,
  MOST_LANES,
  MOST_TENANTS,
  type Backlog,
  type BacklogStore,
} from '../ports/backlog-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { STATEMENT_MS } from './sql.js';

interface BacklogRow {
  events: number;
  oldest_event_ms: number | null;
  due: number;
  oldest_due_ms: number | null;
  unclaimed_ms: number | null;
  lanes: number;
}

/** Measures the backlog on PostgreSQL in one statement, each part of which stops at a bound. */
export class PostgresBacklogStore implements BacklogStore {
  readonly #sql: string;

  constructor(private readonly database: PostgresDatabase) {
    const [outbox, event, queue, lane] = [
      'webhook_outbox',
      'webhook_event',
      'webhook_queue',
      'webhook_lane',
    ].map((name) => database.table(name));
    const due = `q.transport_id = w.transport_id AND q.due_at >= w.scan_from AND q.due_at <= ${STATEMENT_MS}`;
    // The outbox is read backwards from its end, as in fan-out, except to find the oldest event of each tenant. Each lane is
    // read from the due date up to which scans have come. So few dead rows of finished work are read. The due date of a held lane
    // is the end of its lease, so held lanes are among the first rows, after those that are due.
    this.#sql = `
      WITH RECURSIVE tenants AS (
        (SELECT tenant_uid, 1 AS place FROM ${outbox} ORDER BY tenant_uid DESC, event_id DESC LIMIT 1)
        UNION ALL
        SELECT (SELECT o.tenant_uid FROM ${outbox} o WHERE o.tenant_uid < t.tenant_uid
                ORDER BY o.tenant_uid DESC, o.event_id DESC LIMIT 1), t.place + 1
        FROM tenants t WHERE t.tenant_uid IS NOT NULL AND t.place < ${MOST_TENANTS}
      ), oldest AS MATERIALIZED (
        SELECT (SELECT o.event_id FROM ${outbox} o WHERE o.tenant_uid = t.tenant_uid
                ORDER BY o.tenant_uid, o.event_id LIMIT 1) AS event_id
        FROM tenants t
      ), scheduled AS MATERIALIZED (
        SELECT transport_id, due_at, holder, suspended, scan_from FROM ${lane}
        WHERE due_at IS NOT NULL ORDER BY due_at, transport_id LIMIT ${MOST_LANES}
      ), working AS MATERIALIZED (
        SELECT w.transport_id, w.due_at, w.scan_from, (
          SELECT q.due_at FROM ${queue} q WHERE ${due} ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1
        ) AS first_due_at
        FROM scheduled w WHERE NOT w.suspended AND (w.holder IS NOT NULL OR w.due_at <= ${STATEMENT_MS})
      )
      SELECT
        (SELECT count(*) FROM (
          SELECT 1 FROM ${outbox} ORDER BY tenant_uid DESC, event_id DESC LIMIT ${MOST_EVENTS}) counted) AS events,
        (SELECT ${STATEMENT_MS} - e.created_at FROM ${event} e
          WHERE e.id = (SELECT min(event_id) FROM oldest) LIMIT 1) AS oldest_event_ms,
        (SELECT count(*) FROM (
          SELECT 1 FROM working w
          CROSS JOIN LATERAL (SELECT 1 FROM ${queue} q WHERE ${due} LIMIT ${MOST_DELIVERIES}) q
          WHERE w.first_due_at IS NOT NULL LIMIT ${MOST_DELIVERIES}) counted) AS due,
        (SELECT ${STATEMENT_MS} - min(first_due_at) FROM working) AS oldest_due_ms,
        (SELECT ${STATEMENT_MS} - min(greatest(due_at, first_due_at)) FROM working
          WHERE due_at <= ${STATEMENT_MS} AND first_due_at IS NOT NULL) AS unclaimed_ms,
        (SELECT count(*) FROM scheduled) AS lanes`;
  }

  async measure(): Promise<Backlog> {
    const [row] = await this.database.query<BacklogRow>('tillhook_backlog', this.#sql, []);
    const { events, oldest_event_ms, due, oldest_due_ms, unclaimed_ms, lanes } = row!;
    return {
      events: boundedCount(events, MOST_EVENTS),
      oldestEventMs: age(oldest_event_ms),
      due: boundedCount(due, MOST_DELIVERIES, lanes < MOST_LANES),
      oldestDueMs: age(oldest_due_ms),
      unclaimedMs: age(unclaimed_ms),
    };
  }
}

/** The age is at least 0: an event may have been created after the statement began. */
const age = (ms: number | null): number | null => (ms === null ? null : Math.max(0, ms));
