import type { QueuedDelivery } from '../ports/lane-store.js';
import { numbersOf } from './sql.js';

/** A lane's rows by column, each an array in PostgreSQL's text format; null: there are no rows. */
export interface LaneReadRow {
  transport_id: number;
  version: number;
  next_due_at: number | null;
  due_ats: string | null;
  delivery_ids: string | null;
  event_ids: string | null;
  attempts: string | null;
  /** JSON of `CrashEntry[]`. */
  crashed: string | null;
  /** JSON of `KeyEntry[]`. */
  keyed: string | null;
}

type CrashEntry = [deliveryId: number, lostAttempts: number, notedToken: number | null];
type KeyEntry = [deliveryId: number, orderingKey: string, behind: boolean];

export function queuedDeliveriesOf(row: LaneReadRow): QueuedDelivery[] {
  const deliveryIds = numbersOf(row.delivery_ids);
  const dueAts = numbersOf(row.due_ats);
  const eventIds = numbersOf(row.event_ids);
  const attempts = numbersOf(row.attempts);
  const crashed = row.crashed === null ? undefined : byDelivery<CrashEntry>(row.crashed);
  const keyed = row.keyed === null ? undefined : byDelivery<KeyEntry>(row.keyed);
  return deliveryIds.map((deliveryId, index) => {
    const crash = crashed?.get(deliveryId);
    const key = keyed?.get(deliveryId);
    return {
      transportId: row.transport_id,
      dueAt: dueAts[index]!,
      deliveryId,
      eventId: eventIds[index]!,
      attempts: attempts[index]!,
      orderingKey: key?.[1] ?? null,
      behind: key?.[2] ?? false,
      lostAttempts: crash?.[1] ?? 0,
      notedToken: crash?.[2] ?? null,
    };
  });
}

const byDelivery = <Entry extends [deliveryId: number, ...unknown[]]>(json: string): Map<number, Entry> =>
  new Map((JSON.parse(json) as Entry[]).map((entry) => [entry[0], entry]));
