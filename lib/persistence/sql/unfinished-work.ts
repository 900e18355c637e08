import type { Database } from '../ports/database.js';
import { CLOCK_SLACK_MS } from '../ports/lane-store.js';
import { statement } from './statement.js';

/** Work in the database that could be done now. */
export interface WaitingWork {
  /** Events that have not been fanned out yet. */
  readonly events: number;
  /** Deliveries that are due and have no outcome yet. */
  readonly deliveries: number;
}

/**
 * Counts events in the outbox, and deliveries that are due, not parked, and not held back by a pause or a block. It reads the
 * whole queue, so it is only for tests. One statement reads both tables, so that work that moves from one to the other is not
 * missed.
 */
export async function readWaitingWork(database: Database): Promise<WaitingWork> {
  const due = database.now() + CLOCK_SLACK_MS;
  const { sql, parameters } = statement(
    database,
    `SELECT (SELECT count(*) FROM ${database.table('webhook_outbox')}) AS events,
      (SELECT count(*) FROM ${database.table('webhook_queue')} q
        JOIN ${database.table('webhook_lane')} l ON l.transport_id = q.transport_id
        WHERE q.due_at <= ? AND l.blocked_until <= ? AND NOT l.suspended) AS deliveries`,
    [due, due],
  );
  const rows = await database.dataSource.query<{ events: unknown; deliveries: unknown }[]>(sql, [
    ...parameters,
  ]);
  return { events: Number(rows[0]!.events), deliveries: Number(rows[0]!.deliveries) };
}
