import type { TransportRecord } from '../ports/record-store.js';
import { insertAudit, selectAutomaticDisable } from '../sql/audit-sql.js';
import { eventArrays, insertEventsFrom } from './notification-event-parameters.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/**
 * $1 to $7, $9: the changes; $8: now; $10 to $16: the notification events of the changes, if there are any. A change applies
 * only while its lane has the given fencing token, whether the lane is held or was released since. The lane is locked before the
 * transport. The statement skips rows that another transaction has locked, so the order of locks cannot cause a deadlock. It
 * returns the transports of the skipped rows: nothing of them is written.
 *
 * A free lane is not due before the end of a block, and not at all while its transport is disabled. If a change disables a
 * transport, an entry is added to the audit.
 *
 * @param hasEvents whether the changes have notification events
 */
export function transportChangeText(database: Pick<PostgresDatabase, 'table'>, hasEvents: boolean): string {
  const lane = database.table('webhook_lane');
  const transport = database.table('webhook_http_transport');
  const laneOf = `SELECT 1 FROM ${lane} l WHERE l.transport_id = i.transport_id AND l.lease_token = i.lease_token LIMIT 1`;
  const transportOf = (columns: string): string =>
    `SELECT ${columns} FROM ${transport} t WHERE t.id = i.transport_id LIMIT 1`;
  const disables = `(f.disabled_reason IS NOT NULL AND t.state <> 'DISABLED')`;
  return `
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::boolean[], $6::bigint[], $7::text[],
          $9::int[])
        AS i (transport_id, lease_token, blocked_until, failures, changes_failing, failing_since, disabled_reason,
          failing_warned)
    ), fenced AS MATERIALIZED (
      SELECT i.* FROM input i CROSS JOIN LATERAL (${laneOf} FOR NO KEY UPDATE SKIP LOCKED) l
    ), found AS MATERIALIZED (
      SELECT i.*, t.* FROM fenced i CROSS JOIN LATERAL (
        ${transportOf('t.tenant_uid, t.http_transport_uid, t.state')} FOR NO KEY UPDATE SKIP LOCKED
      ) t
    ), lanes AS (
      UPDATE ${lane} l SET
        blocked_until = greatest(l.blocked_until, f.blocked_until),
        consecutive_failures = CASE WHEN f.blocked_until IS NULL THEN l.consecutive_failures ELSE f.failures END,
        suspended = l.suspended OR f.disabled_reason IS NOT NULL,
        due_at = CASE WHEN l.holder IS NOT NULL THEN l.due_at
                      WHEN l.due_at IS NOT NULL AND f.disabled_reason IS NULL
                        THEN greatest(l.due_at, f.blocked_until) END
      FROM found f WHERE l.transport_id = f.transport_id AND l.transport_id = ANY ($1::bigint[])
        AND (f.blocked_until IS NOT NULL OR f.disabled_reason IS NOT NULL)
    ), transports AS (
      UPDATE ${transport} t SET
        failing_since = CASE WHEN f.changes_failing THEN f.failing_since ELSE t.failing_since END,
        failing_warned = CASE WHEN f.failing_warned IS NOT NULL THEN f.failing_warned
                              WHEN f.changes_failing THEN 0 ELSE t.failing_warned END,
        state = CASE WHEN ${disables} THEN 'DISABLED' ELSE t.state END,
        disabled_reason = CASE WHEN ${disables} THEN f.disabled_reason ELSE t.disabled_reason END,
        disabled_at = CASE WHEN ${disables} THEN $8::bigint ELSE t.disabled_at END,
        version = t.version + CASE WHEN ${disables} THEN 1 ELSE 0 END,
        last_modified_at = CASE WHEN ${disables} THEN $8::bigint ELSE t.last_modified_at END
      FROM found f
      WHERE t.id = f.transport_id AND t.id = ANY ($1::bigint[]) AND (f.changes_failing OR f.failing_warned IS NOT NULL OR ${disables})
    ), audited AS (
      ${insertAudit((name) => database.table(name))} ${selectAutomaticDisable(
        'postgres',
        `found WHERE disabled_reason IS NOT NULL AND state <> 'DISABLED'`,
        { state: 'state', reason: 'disabled_reason', now: '$8::bigint' },
      )}
    )${hasEvents ? `, ${reported(database)}` : ''}
    SELECT i.transport_id FROM input i
    WHERE i.transport_id NOT IN (SELECT transport_id FROM found)
      AND (${laneOf}) IS NOT NULL AND (${transportOf('1')}) IS NOT NULL`;
}

/**
 * Stores the events of the changes that apply. An event with `onlyAfter` (a transport has recovered) is stored only if one of
 * the events that it names (the transport was failing) was stored before.
 */
const reported = (database: Pick<PostgresDatabase, 'table'>): string => `reported AS (
      ${insertEventsFrom(
        database,
        10,
        `JOIN found f ON f.transport_id = e.about`,
        `(e.action <> 'WEBHOOK_TRANSPORT_DISABLED' OR (f.disabled_reason IS NOT NULL AND f.state <> 'DISABLED'))
        AND (e.only_after IS NULL OR (
          SELECT 1 FROM ${database.table('webhook_event')} v
          WHERE v.tenant_uid = e.tenant_uid AND v.event_uid = ANY (string_to_array(e.only_after, ',')) LIMIT 1
        ) IS NOT NULL)`,
      )}
    )`;

/** The events of changes, each with the transport that it is about. */
export const transportEventParameters = (changes: readonly TransportRecord[]): unknown[] =>
  eventArrays(
    changes.flatMap(({ transportId, events = [] }) => events.map((event) => [transportId, event] as const)),
  );

export function transportChangeParameters(changes: readonly TransportRecord[], now: number): unknown[] {
  // The order in which all code locks lanes.
  const inOrder = [...changes].sort((one, other) => one.transportId - other.transportId);
  return [
    numbers(inOrder.map((change) => change.transportId)),
    numbers(inOrder.map((change) => change.leaseToken)),
    numbers(inOrder.map((change) => change.blockedUntil)),
    numbers(inOrder.map((change) => change.consecutiveFailures)),
    inOrder.map((change) => change.failingSince !== undefined),
    numbers(inOrder.map((change) => change.failingSince ?? null)),
    inOrder.map((change) => change.disabledReason ?? null),
    now,
    numbers(inOrder.map((change) => change.failingWarned ?? null)),
  ];
}
