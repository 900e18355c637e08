import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { QueuedDelivery } from '../ports/lane-store.js';

/** A row of the queue as statements of lanes read it. */
export interface QueueRow {
  due_at: number;
  delivery_id: number;
  event_id: number;
  attempts: number;
  ordering_key: string | null;
  lost_attempts: number;
  noted_token: number | null;
  requested: string | null;
  behind: number;
}

export const queuedOf = (transportId: number, row: QueueRow): QueuedDelivery => ({
  transportId,
  dueAt: row.due_at,
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  attempts: row.attempts,
  orderingKey: row.ordering_key,
  behind: row.behind === 1,
  lostAttempts: row.lost_attempts,
  notedToken: row.noted_token,
  requested: row.requested as RequestedTrigger | null,
});
