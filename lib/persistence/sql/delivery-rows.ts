import type { AttemptTrigger, DeliveryStatus } from '../../domain/delivery-status.js';
import type { DeliveryPage, KeptAttempt, ListedDelivery } from '../ports/delivery-store.js';

/** A row with a delivery as the API shows it. Every database returns these columns. */
export interface DeliveryRow {
  id: number;
  transport_id: number;
  event_id: number;
  event_uid: string;
  action: string;
  http_transport_uid: string;
  webhook_uid: string;
  status: string;
  reason: string | null;
  attempts: number;
  due_at: number | null;
  created_at: number;
  finished_at: number | null;
  last_status_code: number | null;
  last_error_code: string | null;
}

/**
 * A row of a page: a delivery, or only `horizon`, the id at which the search stopped because it had read enough rows (null: there
 * is nothing more to search).
 */
export type PageRow = { horizon: number | null } & (DeliveryRow | { id: null });

/** A row with an attempt. Every database returns these columns. */
export interface AttemptRow {
  number: number;
  started_at: number;
  duration_ms: number;
  response_status_code: number | null;
  response_headers: string | null;
  response_body: string | null;
  error_code: string | null;
  error_message: string | null;
  trigger: string;
  orphaned: boolean | number;
}

export function deliveryPageOf(rows: readonly PageRow[], limit: number): DeliveryPage {
  const items = rows.flatMap((row) => (row.id === null ? [] : deliveryOf(row)));
  const horizon = rows[0]?.horizon ?? null;
  return { items, searchedTo: items.length < limit ? horizon : null };
}

export const deliveryOf = (row: DeliveryRow): ListedDelivery => ({
  id: row.id,
  transportId: row.transport_id,
  eventId: row.event_id,
  eventUid: row.event_uid,
  action: row.action,
  httpTransportUid: row.http_transport_uid,
  webhookUid: row.webhook_uid,
  status: row.status as DeliveryStatus,
  reason: row.reason,
  attempts: row.attempts,
  dueAt: row.due_at,
  lastStatusCode: row.last_status_code,
  lastErrorCode: row.last_error_code,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

export const attemptOf = (row: AttemptRow): KeptAttempt => ({
  number: row.number,
  startedAt: row.started_at,
  durationMs: row.duration_ms,
  responseStatusCode: row.response_status_code,
  responseHeaders: row.response_headers,
  responseBody: row.response_body,
  errorCode: row.error_code,
  errorMessage: row.error_message,
  trigger: row.trigger as AttemptTrigger,
  orphaned: Boolean(row.orphaned),
});
