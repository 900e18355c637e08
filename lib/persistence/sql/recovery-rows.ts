import type { DeliveryStatus } from '../../domain/delivery-status.js';
import { recoveredKey } from '../../domain/recovery.js';
import type {
  EndedDelivery,
  EventPair,
  RecoveryCandidate,
  Scanned,
  ScannedEvent,
} from '../ports/recovery-store.js';

/** A row with an ended delivery that a recovery scans. Every database returns the columns of this and of the following rows. */
export interface EndedRow {
  id: number;
  event_id: number;
  transport_id: number;
  created_at: number;
  finished_at: number;
  event_uid: string | null;
  action: string | null;
  has_body: boolean | number | null;
  has_webhook: boolean | number;
}

/** A row with an event that a replay scans. */
export interface EventRow {
  id: number;
  tenant_uid: string;
  event_uid: string;
  action: string;
  ordering_key: string | null;
  created_at: number;
  has_body: boolean | number;
}

/** A row with an item of a recovery: an event that it has found. */
export interface ItemRow {
  event_id: number;
  ordering_key: string | null;
  ordered: boolean | number | null;
  has_body: boolean | number | null;
}

/** A row with the delivery of an event to a transport. */
export interface PairRow {
  event_id: number;
  delivery_id: number;
  status: string;
}

/** @param accepts whether a row is returned; the others only count as read */
export function scanned<Row extends { id: number }, Result>(
  rows: readonly Row[],
  limit: number,
  accepts: (row: Row) => boolean,
  view: (row: Row) => Result,
): Scanned<Result> {
  return {
    rows: rows.filter(accepts).map(view),
    lastId: rows.at(-1)?.id ?? null,
    isFull: rows.length >= limit,
  };
}

export const endedDeliveryOf = (row: EndedRow): EndedDelivery => ({
  id: row.id,
  eventId: row.event_id,
  eventUid: row.event_uid,
  action: row.action ?? '',
  hasWebhook: Boolean(row.has_webhook),
  createdAt: row.created_at,
  finishedAt: row.finished_at,
  hasBody: Boolean(row.has_body),
});

export const scannedEventOf = (row: EventRow): ScannedEvent => ({
  id: row.id,
  eventUid: row.event_uid,
  action: row.action,
  orderingKey: row.ordering_key,
  createdAt: row.created_at,
  hasBody: Boolean(row.has_body),
});

export const candidateOf = (row: ItemRow): RecoveryCandidate => ({
  eventId: row.event_id,
  webhookId: null,
  orderingKey: row.ordered ? recoveredKey(row.ordering_key) : null,
  hasBody: Boolean(row.has_body),
});

export const pairOf = (row: PairRow): EventPair => ({
  eventId: row.event_id,
  deliveryId: row.delivery_id,
  status: row.status as DeliveryStatus,
});

/**
 * The assignments of an UPDATE of `webhook_recovery` that records progress. A job that makes progress no longer waits, so it
 * has no reason.
 */
export const recordProgress = (instant: string): string =>
  `state = 'RUNNING', reason = NULL, started_at = coalesce(started_at, ${instant})`;
