import { setImmediate as turn } from 'node:timers/promises';
import {
  boundedCount,
  MOST_DELIVERIES,
  MOST_EVENTS,
  MOST_LANES,
  MOST_TENANTS,
  type Backlog,
  type BacklogStore,
  type BoundedCount,
} from '../ports/backlog-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface LaneRow {
  transport_id: number;
  due_at: number;
  scan_from: number;
  first_due_at: number | null;
}

/** Measures the backlog on SQLite in slices of about a millisecond, because the driver blocks the event loop. */
export class SqliteBacklogStore implements BacklogStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const [outbox, event, queue, lane] = [
      'webhook_outbox',
      'webhook_event',
      'webhook_queue',
      'webhook_lane',
    ].map((name) => database.table(name));
    this.#sql = {
      events: `SELECT count(*) AS rows FROM (SELECT 1 FROM ${outbox} LIMIT ${MOST_EVENTS})`,
      oldestEvent: `
        WITH RECURSIVE tenants (tenant_uid) AS (
          SELECT min(tenant_uid) FROM ${outbox}
          UNION ALL
          SELECT (SELECT min(o.tenant_uid) FROM ${outbox} o WHERE o.tenant_uid > t.tenant_uid)
          FROM tenants t WHERE t.tenant_uid IS NOT NULL
          LIMIT ${MOST_TENANTS}
        )
        SELECT created_at FROM ${event} WHERE id = (
          SELECT min((SELECT min(o.event_id) FROM ${outbox} o WHERE o.tenant_uid = t.tenant_uid)) FROM tenants t)`,
      lanes: `
        SELECT l.*, (
          SELECT q.due_at FROM ${queue} q
          WHERE q.transport_id = l.transport_id AND q.due_at >= l.scan_from AND q.due_at <= @now
          ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1
        ) AS first_due_at
        FROM (
          SELECT transport_id, due_at, holder, suspended, scan_from FROM ${lane}
          WHERE due_at IS NOT NULL ORDER BY due_at, transport_id LIMIT ${MOST_LANES}
        ) l WHERE NOT l.suspended AND (l.holder IS NOT NULL OR l.due_at <= @now)`,
      scheduled: `SELECT count(*) AS rows FROM (SELECT 1 FROM ${lane} WHERE due_at IS NOT NULL LIMIT ${MOST_LANES})`,
      due: `SELECT count(*) AS rows FROM (
          SELECT 1 FROM ${queue} WHERE transport_id = ? AND due_at >= ? AND due_at <= ? LIMIT ?)`,
    };
  }

  async measure(): Promise<Backlog> {
    const now = this.database.now();
    const events = this.#count(this.#sql.events);
    await turn();
    const oldest = this.database.prepare<{ created_at: number }>(this.#sql.oldestEvent).get();
    await turn();
    const lanes = this.database.prepare<LaneRow>(this.#sql.lanes).all({ now });
    const isComplete = this.#count(this.#sql.scheduled) < MOST_LANES;
    const working = lanes.flatMap(({ first_due_at: firstDueAt, ...lane }) =>
      firstDueAt === null ? [] : [{ ...lane, firstDueAt }],
    );
    const waiting = working.filter((lane) => lane.due_at <= now);
    await turn();
    return {
      events: boundedCount(events, MOST_EVENTS),
      oldestEventMs: ageOf(oldest ? [oldest.created_at] : [], now),
      due: this.#countDue(working, now, isComplete),
      oldestDueMs: ageOf(
        working.map((lane) => lane.firstDueAt),
        now,
      ),
      unclaimedMs: ageOf(
        waiting.map((lane) => Math.max(lane.due_at, lane.firstDueAt)),
        now,
      ),
    };
  }

  /** One slice: `MOST_DELIVERIES` rows of a narrow table take about a millisecond. */
  #countDue(lanes: readonly Omit<LaneRow, 'first_due_at'>[], now: number, isComplete: boolean): BoundedCount {
    let counted = 0;
    for (const { transport_id: transportId, scan_from: scanFrom } of lanes) {
      if (counted >= MOST_DELIVERIES) break;
      counted += this.#count(this.#sql.due, transportId, scanFrom, now, MOST_DELIVERIES - counted);
    }
    return boundedCount(counted, MOST_DELIVERIES, isComplete);
  }

  #count(sql: string, ...values: unknown[]): number {
    return this.database.prepare<{ rows: number }>(sql).get(...values)!.rows;
  }
}

/**
 * Age of the oldest date, in ms; null: there is no date. It is at least 0, because an event may have been created after the
 * measurement began.
 */
const ageOf = (dates: readonly number[], now: number): number | null =>
  dates.length === 0 ? null : Math.max(0, now - Math.min(...dates));
