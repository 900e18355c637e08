import type { Database, Statement } from './database.js';
import { statement } from './statement.js';

/** Later than any instant: what a lane without anything due counts as when the earliest is looked for. */
const NEVER = Number.MAX_SAFE_INTEGER;

/*
 * What others than a lane's holder say to it. Each raises the lane's version, since a holder gives the lane back only
 * at the version it looked at: so it looks again, whatever it was about to do. Put them last in a transaction, in the
 * order of transports: that is how everybody locks lanes.
 */

/** The lane has something to do now, or from the instant on until which its receiver asked to be left alone. */
export const tellLane = (database: Database, transportId: number, now: number): Statement =>
  laneStatement(database, transportId, `due_at = ${dueAtWhenTold(database)}`, [now]);

/** As `tellLane`, for a transport that starts afresh: past failures and waits count no more. */
export const restartLane = (database: Database, transportId: number, now: number): Statement =>
  laneStatement(
    database,
    transportId,
    `consecutive_failures = 0, blocked_until = 0,
     due_at = CASE WHEN holder IS NULL THEN ${boundInstant(database)} ELSE due_at END`,
    [now],
  );

/** The lane has nothing to do until it is told. A holder finds out by itself; its lease must still be seen to end. */
export const quietLane = (database: Database, transportId: number): Statement =>
  laneStatement(database, transportId, `due_at = CASE WHEN holder IS NULL THEN NULL ELSE due_at END`, []);

const laneStatement = (
  database: Database,
  transportId: number,
  changes: string,
  parameters: readonly unknown[],
): Statement =>
  statement(
    database,
    `UPDATE ${database.table('webhook_lane')} SET version = version + 1, ${changes} WHERE transport_id = ?`,
    [...parameters, transportId],
  );

/** While the lane is held, `due_at` is the end of the lease and not to be touched. */
function dueAtWhenTold(database: Database): string {
  const [least, greatest] = database.kind === 'postgres' ? ['least', 'greatest'] : ['min', 'max'];
  return `CASE WHEN holder IS NULL
               THEN ${least}(coalesce(due_at, ${NEVER}), ${greatest}(${boundInstant(database)}, blocked_until))
               ELSE due_at END`;
}

/** A parameter inside an expression, where PostgreSQL would have to guess its type. */
const boundInstant = (database: Database): string => (database.kind === 'postgres' ? '?::bigint' : '?');
