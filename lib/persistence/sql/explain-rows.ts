import type { DeliveryPlace, EventDeliveries, LiveWebhook, PendingFacts } from '../ports/explain-store.js';

/** A row with a webhook and its transport. Every database returns these columns. */
export interface LiveWebhookRow {
  id: number;
  webhook_uid: string;
  action: string;
  /** SQLite has no booleans. */
  enabled: boolean | number;
  created_at: number;
  last_modified_at: number;
  transport_id: number;
  http_transport_uid: string;
  transport_created_at: number;
}

export const liveWebhookOf = (row: LiveWebhookRow): LiveWebhook => ({
  id: row.id,
  webhookUid: row.webhook_uid,
  action: row.action,
  enabled: Boolean(row.enabled),
  createdAt: row.created_at,
  lastModifiedAt: row.last_modified_at,
  transportId: row.transport_id,
  httpTransportUid: row.http_transport_uid,
  transportCreatedAt: row.transport_created_at,
});

/** A row with a delivery of an event. If no delivery matches the request, there is one row, with `first_created_at` only. */
export interface EventDeliveryRow {
  /** When the oldest stored delivery of the event was created; null: none is stored. */
  first_created_at: number | null;
  /** Null: the row contains no delivery. */
  id: number | null;
  webhook_id: number;
  transport_id: number;
}

export const eventDeliveriesOf = (rows: readonly EventDeliveryRow[]): EventDeliveries => ({
  firstCreatedAt: rows[0]?.first_created_at ?? null,
  places: rows.flatMap(({ id, webhook_id: webhookId, transport_id: transportId }): DeliveryPlace[] =>
    id === null ? [] : [{ id, webhookId, transportId }],
  ),
});

/** A row with the facts about a pending delivery. Every database returns these columns. */
export interface PendingFactsRow {
  id: number;
  /** See `predecessorOf`; null: there is none. */
  behind_id: number | null;
  state: string;
  rate_limit_requests: number | null;
  is_held: boolean | number;
  lease_until: number;
  blocked_until: number;
  consecutive_failures: number;
  rate_used: number;
  rate_used_until: number;
}

export const pendingFactsOf = (row: PendingFactsRow): PendingFacts => ({
  behindId: row.behind_id,
  transportState: row.state as PendingFacts['transportState'],
  rateLimitRequests: row.rate_limit_requests,
  isHeld: Boolean(row.is_held),
  leaseUntil: row.lease_until,
  blockedUntil: row.blocked_until,
  consecutiveFailures: row.consecutive_failures,
  rateUsed: row.rate_used,
  rateUsedUntil: row.rate_used_until,
});

/**
 * Expression for the id of the nearest earlier delivery with a row's ordering key, which `waitsBehind` finds in the same way.
 *
 * @param queue the escaped name of `webhook_queue`
 * @param row alias of a row of the queue
 */
export const predecessorOf = (queue: string, row: string): string => `(
  SELECT p.delivery_id FROM ${queue} p
  WHERE p.transport_id = ${row}.transport_id AND p.ordering_key = ${row}.ordering_key AND p.event_id < ${row}.event_id
  ORDER BY p.transport_id DESC, p.ordering_key DESC, p.event_id DESC LIMIT 1
)`;
