import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { QueuedDelivery } from '../ports/lane-store.js';
import { numbersOf } from './sql.js';

/** A lane's rows by column, each an array in PostgreSQL's text format; null: there are no rows. */
export interface LaneReadRow {
  transport_id: number;
  version: number;
  requests_version: number;
  next_due_at: number | null;
  due_ats: string | null;
  delivery_ids: string | null;
  event_ids: string | null;
  attempts: string | null;
  /** JSON of `MarkEntry[]`. */
  marked: string | null;
  /** JSON of `KeyEntry[]`. */
  keyed: string | null;
}

type MarkEntry = [
  deliveryId: number,
  lostAttempts: number,
  notedToken: number | null,
  requested: RequestedTrigger | null,
];
type KeyEntry = [deliveryId: number, orderingKey: string, behind: boolean];

export function queuedDeliveriesOf(row: LaneReadRow): QueuedDelivery[] {
  const deliveryIds = numbersOf(row.delivery_ids);
  const dueAts = numbersOf(row.due_ats);
  const eventIds = numbersOf(row.event_ids);
  const attempts = numbersOf(row.attempts);
  const marked = row.marked === null ? undefined : byDelivery<MarkEntry>(row.marked);
  const keyed = row.keyed === null ? undefined : byDelivery<KeyEntry>(row.keyed);
  return deliveryIds.map((deliveryId, index) => {
    const mark = marked?.get(deliveryId);
    const key = keyed?.get(deliveryId);
    return {
      transportId: row.transport_id,
      dueAt: dueAts[index]!,
      deliveryId,
      eventId: eventIds[index]!,
      attempts: attempts[index]!,
      orderingKey: key?.[1] ?? null,
      behind: key?.[2] ?? false,
      lostAttempts: mark?.[1] ?? 0,
      notedToken: mark?.[2] ?? null,
      requested: mark?.[3] ?? null,
    };
  });
}

const byDelivery = <Entry extends [deliveryId: number, ...unknown[]]>(json: string): Map<number, Entry> =>
  new Map((JSON.parse(json) as Entry[]).map((entry) => [entry[0], entry]));
