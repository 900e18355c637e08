import { LONGEST_LEASE_MS } from '../domain/lease.js';
import type { Database, Statement } from './database.js';
import { notifiedDueAt } from './queue-sql.js';
import { statement } from './statement.js';
import type { Swept, SweepRequest } from './sweep-store.js';

export interface SweptLaneRow {
  transport_id: number;
  stranded: number;
}

/** Reads the next lanes, and whether each is stranded. */
export const sweptLanes = (database: Database, { after, limit, now, dueBefore }: SweepRequest): Statement =>
  // A scalar subquery, so that the planner cannot turn it into a pass over the whole queue.
  statement(
    database,
    `SELECT l.transport_id AS transport_id, CASE
       WHEN l.holder IS NOT NULL THEN CASE WHEN l.lease_until > ? THEN 1 ELSE 0 END
       WHEN l.suspended OR l.due_at <= ? OR l.blocked_until > ? THEN 0
       WHEN (SELECT q.due_at FROM ${database.table('webhook_queue')} q WHERE q.transport_id = l.transport_id
             ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1) < ? THEN 1
       ELSE 0 END AS stranded
     FROM ${database.table('webhook_lane')} l WHERE l.transport_id > ? ORDER BY l.transport_id LIMIT ?`,
    [now + LONGEST_LEASE_MS, now, now, dueBefore, after, limit],
  );

export const strandedIn = (lanes: readonly SweptLaneRow[]): number[] =>
  lanes.filter((lane) => lane.stranded === 1).map((lane) => lane.transport_id);

/** The end of a sweep's step that has read these lanes. */
export const nextAfter = (lanes: readonly SweptLaneRow[], limit: number): Swept['next'] =>
  lanes.length < limit ? undefined : lanes.at(-1)?.transport_id;

/**
 * The assignments that schedule a stranded lane. A lane with a void lease keeps its holder: the next claim counts its crash.
 *
 * @param now mark of the parameter, with its type: it must be usable several times
 */
export function scheduleStranded(kind: Database['kind'], now: string): string {
  const isVoid = `lease_until > ${now} + ${LONGEST_LEASE_MS}`;
  return `version = version + 1, scan_from = -1,
    lease_until = CASE WHEN ${isVoid} THEN ${now} ELSE lease_until END,
    due_at = CASE WHEN ${isVoid} THEN ${now} ELSE ${notifiedDueAt(kind, now)} END`;
}
