import { LONGEST_LEASE_MS } from '../../domain/lease.js';
import type { Database, Statement } from '../ports/database.js';
import { CLOCK_SLACK_MS } from '../ports/lane-store.js';
import { notifiedDueAt } from './queue-sql.js';
import { PARKED_DUE_AT } from '../ports/record-store.js';
import { statement } from './statement.js';
import type { Swept, SweepRequest } from '../ports/sweep-store.js';

export interface SweptLaneRow {
  transport_id: number;
  /**
   * 0: the lane is not stranded. 1: it has due work, but no process would claim it. 2: its lease is void (see
   * `LONGEST_LEASE_MS`).
   */
  stranded: number;
}

/** Reads the next lanes, and whether each of them is stranded. */
export const sweptLanes = (database: Database, { after, limit, now, dueBefore }: SweepRequest): Statement =>
  // A scalar subquery, so that the planner cannot turn it into a scan of the whole queue.
  statement(
    database,
    `SELECT l.transport_id AS transport_id, CASE
       WHEN l.holder IS NOT NULL THEN CASE WHEN l.lease_until > ? THEN 2 ELSE 0 END
       WHEN l.suspended OR l.due_at <= ? OR l.blocked_until > ? THEN 0
       WHEN (SELECT q.due_at FROM ${database.table('webhook_queue')} q WHERE q.transport_id = l.transport_id
             ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1) < ? THEN 1
       ELSE 0 END AS stranded
     FROM ${database.table('webhook_lane')} l WHERE l.transport_id > ? ORDER BY l.transport_id LIMIT ?`,
    [now + LONGEST_LEASE_MS, now, now, dueBefore, after, limit],
  );

export const strandedIn = (lanes: readonly SweptLaneRow[]): number[] =>
  lanes.filter((lane) => lane.stranded > 0).map((lane) => lane.transport_id);

/**
 * Makes deliveries due that were never attempted, in lanes whose lease is void. A first attempt is due as soon as it is
 * queued. Its due date can be in the future because the clock was set back since, or because the delivery was postponed. A
 * postponed delivery is then tried early, which is harmless.
 */
export function redateFirstAttempts(
  database: Database,
  lanes: readonly SweptLaneRow[],
  now: number,
): Statement[] {
  return lanes
    .filter((lane) => lane.stranded === 2)
    .map(({ transport_id: transportId }) =>
      statement(
        database,
        `UPDATE ${database.table('webhook_queue')} SET due_at = ?
          WHERE transport_id = ? AND due_at > ? AND due_at < ${PARKED_DUE_AT} AND attempts = 0`,
        [now, transportId, now],
      ),
    );
}

/** The position after the lanes that this step of the sweep has read; undefined: there are no more lanes. */
export const nextAfter = (lanes: readonly SweptLaneRow[], limit: number): Swept['next'] =>
  lanes.length < limit ? undefined : lanes.at(-1)?.transport_id;

/**
 * The assignments that schedule a stranded lane. A lane with a void lease keeps its holder, so that the next claim counts a
 * crash.
 *
 * @param now placeholder of the parameter, with its type: it must be usable several times
 */
export function scheduleStranded(kind: Database['kind'], now: string): string {
  const isVoid = `lease_until > ${now} + ${LONGEST_LEASE_MS}`;
  // A claim compares the end of a lease with the server's own clock, so subtract the slack by which readings of the clock may differ.
  const expired = `${now} - ${CLOCK_SLACK_MS}`;
  return `version = version + 1, scan_from = -1,
    lease_until = CASE WHEN ${isVoid} THEN ${expired} ELSE lease_until END,
    due_at = CASE WHEN ${isVoid} THEN ${expired} ELSE ${notifiedDueAt(kind, now)} END`;
}
