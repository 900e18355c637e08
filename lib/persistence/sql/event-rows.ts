import type { NewEvent } from '../ports/event-store.js';

/** Events as the parameters of an INSERT, in the order (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent). */
export const rowsOf = (events: readonly NewEvent[]): unknown[][] =>
  events.map((event) => [
    event.tenantUid,
    event.eventUid,
    event.action,
    event.orderingKey,
    event.body,
    event.occurredAt,
    event.traceparent ?? null,
  ]);

/**
 * Whether the body of a stored event is the body that is emitted again with the same uid. A body that was erased ('') counts as
 * the same, so that a repeated emit does not bring erased data back.
 */
export const isSameBody = (stored: unknown, body: string): boolean => stored === body || stored === '';
