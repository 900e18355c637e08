import { LEASE_MARGIN_MS, LEASE_PER_TIMEOUT } from '../../domain/lease.js';
import type { DatabaseKind } from '../ports/database.js';
import { DIALECTS } from './dialect.js';

/* Rules of the queue and its lanes as SQL text, each written once. Both dialects build their statements from these. */

/** Later than any instant: stands for "never due" in expressions that look for the earliest date. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * New values of columns that the same UPDATE assigns. An expression in an UPDATE reads the old values of columns, so a rule that
 * needs the new values gets them from here. Default: the UPDATE does not assign the column.
 */
export interface AssignedLaneValues {
  readonly suspended?: string;
  readonly blockedUntil?: string;
}

/**
 * The notify rule: the assignments of an UPDATE of `webhook_lane` by a transaction that adds work.
 *
 * They raise the version. A holder that releases its lane because nothing is due names the version that it read before its
 * last scan, and the release fails if the version has risen since. They also make a free lane due, at the end of its block at
 * the earliest. A held lane keeps its due date, which is the end of the lease; a free lane that is suspended has none.
 *
 * @param now placeholder of the parameter, with its type
 * @param assigned values that the same UPDATE assigns to columns that the rule reads
 */
export const notifyLane = (kind: DatabaseKind, now: string, assigned: AssignedLaneValues = {}): string =>
  `version = version + 1, due_at = ${notifiedDueAt(kind, now, assigned)}`;

/** The new due date of a lane according to `notifyLane`. */
export function notifiedDueAt(
  kind: DatabaseKind,
  now: string,
  { suspended = 'suspended', blockedUntil = 'blocked_until' }: AssignedLaneValues = {},
): string {
  const { least, greatest } = DIALECTS[kind];
  return `CASE WHEN holder IS NULL AND NOT ${suspended}
               THEN ${least}(coalesce(due_at, ${NEVER}), ${greatest}(${now}, ${blockedUntil}))
               ELSE due_at END`;
}

/**
 * Assignments of an UPDATE of `webhook_lane` by a transaction that requests redeliveries (`MANUAL`), next to `notifyLane`: the
 * lane's new version is noted (see `RequestStore`).
 */
export const NOTE_REQUEST = 'requests_version = version + 1';

/**
 * The new value of `requested` once an attempt with this trigger has an outcome. A request that came while an attempt of the
 * schedule was in flight stays.
 */
export const requestedAfter = (trigger: string, requested: string): string =>
  `CASE WHEN ${trigger} = 'SCHEDULE' THEN ${requested} END`;

/**
 * Whether an attempt must not end its queue row: the delivery would end without success, although a redelivery was requested
 * while the attempt was in flight.
 */
export const isRequestUnserved = (requested: string, trigger: string, status: string): string =>
  `${requested} IS NOT NULL AND ${trigger} = 'SCHEDULE' AND ${status} <> 'DELIVERED'`;

/**
 * Whether an earlier delivery of the row's ordering key is still in the queue, so that the row must wait.
 *
 * The search goes backwards from the row. If the row is behind another one, the search finds that one at once, however many dead
 * rows are at the beginning of the key. There may be many, because vacuum cannot remove them while another session, such as a
 * backup, uses an old snapshot.
 *
 * The expression is a scalar subquery, because PostgreSQL could turn EXISTS into a join or a hash. A scalar subquery is always one
 * probe of the index of keys, whatever the statistics say.
 *
 * @param queue the escaped name of `webhook_queue`
 * @param row alias of a row with transport_id, ordering_key and event_id
 */
export const waitsBehind = (queue: string, row: string): string => `(
  SELECT 1 FROM ${queue} p
  WHERE p.transport_id = ${row}.transport_id AND p.ordering_key = ${row}.ordering_key AND p.event_id < ${row}.event_id
  ORDER BY p.transport_id DESC, p.ordering_key DESC, p.event_id DESC LIMIT 1
) IS NOT NULL`;

/**
 * Expression for the shortest lease, in ms, according to `leaseFor`.
 *
 * @param timeoutMs expression for the time limit of an attempt of the transport in ms. If the transport sets none, the
 *   expression is null, which counts as 0: the caller also applies the option `leaseMs`, which allows for the default time
 *   limit
 */
export const leaseSql = (timeoutMs: string): string =>
  `${LEASE_PER_TIMEOUT} * coalesce(${timeoutMs}, 0) + ${LEASE_MARGIN_MS}`;

/**
 * The new value of `noted_token` once the noted attempt has an outcome: 0, which is the token of no holder. Null stays null. With
 * the old value, the next holder would conclude that the next attempt was noted, although it has not been sent yet.
 */
export const PAST_NOTE = 'noted_token * 0';

/** Status and reason with which a queue row ends. A delivery that succeeded before it was redelivered always ends as DELIVERED. */
export const endStatus = (status: string): string =>
  `CASE WHEN has_succeeded THEN 'DELIVERED' ELSE ${status} END`;
export const endReason = (reason: string): string => `CASE WHEN has_succeeded THEN NULL ELSE ${reason} END`;
