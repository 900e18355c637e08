import type { Database, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { notifyLane } from './queue-sql.js';
import { statement } from './statement.js';

/*
 * Changes of lanes by the admin API. Each statement raises the lane's version. If a holder releases its lane because nothing
 * is due, it names the version that it read before its last scan. If the version has risen since, the release fails, and the
 * holder scans again and detects the change. Put these statements last in a transaction, in ascending order of transports: all
 * code locks lanes in that order.
 */

/** Resumes a lane whose transport may deliver again: the lane is due now, or when its block ends. */
export const resumeLane = (database: Database, transportId: number, now: number): Statement =>
  laneStatement(
    database,
    transportId,
    `suspended = false, ${notifyLane(database.kind, DIALECTS[database.kind].instant, { suspended: 'false' })}`,
    [now],
  );

/** Like `resumeLane`, for a transport that was disabled: past failures and blocks no longer count. */
export const restartLane = (database: Database, transportId: number, now: number): Statement =>
  laneStatement(
    database,
    transportId,
    `suspended = false, consecutive_failures = 0, blocked_until = 0,
     ${notifyLane(database.kind, DIALECTS[database.kind].instant, { suspended: 'false', blockedUntil: '0' })}`,
    [now],
  );

/**
 * Suspends a lane whose transport was paused or disabled. A free lane has no due date until it is resumed; a held lane
 * keeps the end of its lease.
 */
export const suspendLane = (database: Database, transportId: number): Statement =>
  laneStatement(
    database,
    transportId,
    `version = version + 1, suspended = true, due_at = CASE WHEN holder IS NULL THEN NULL ELSE due_at END`,
    [],
  );

const laneStatement = (
  database: Database,
  transportId: number,
  assignments: string,
  parameters: readonly unknown[],
): Statement =>
  statement(database, `UPDATE ${database.table('webhook_lane')} SET ${assignments} WHERE transport_id = ?`, [
    ...parameters,
    transportId,
  ]);
