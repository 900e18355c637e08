import type {
  AttemptRecord,
  PostponedDelivery,
  QueueKey,
  TransportRecord,
} from '../../persistence/ports/record-store.js';

/** Something to write about one delivery, and what to do when it is in the database. */
export interface RecordEntry {
  readonly deliveryId: number;
  /** Cleared by the recorder once it is written and only `transport` is left to be written. */
  attempt?: AttemptRecord | undefined;
  readonly transport?: TransportRecord | undefined;
  readonly parked?: QueueKey | undefined;
  readonly postponed?: PostponedDelivery | undefined;
  /** Called if the entry cannot be written for now, at most once; `written` is called later. */
  setAside(): void;
  /**
   * Called if the attempt would end the delivery without success and a redelivery was requested meanwhile: `attempt` becomes
   * a retry that is due now. The entry is written again.
   *
   * @param now ms since the epoch
   */
  requestedMeanwhile(now: number): void;
  /** Set by the recorder: the last pause of the entry, in ms; undefined: it was never set aside. */
  pauseMs?: number | undefined;
  /** @param isOrphaned whether somebody else has changed the queue row, so that the attempt has changed nothing */
  written(isOrphaned: boolean): void;
}

/** An entry that changes its transport. */
export type ChangingEntry = RecordEntry & Required<Pick<RecordEntry, 'transport'>>;

/**
 * Splits entries so that the group has one entry of each delivery: two attempts with the same number would both find their
 * queue row unchanged. Two occur if this process lost a lane, claimed it again, and had a request in flight both times.
 */
export function oneOfEachDelivery(entries: RecordEntry[]): { group: RecordEntry[]; rest: RecordEntry[] } {
  const seen = new Set<number>();
  const rest = entries.filter(({ deliveryId }) => seen.size === seen.add(deliveryId).size);
  return rest.length === 0
    ? { group: entries, rest }
    : { group: entries.filter((entry) => !rest.includes(entry)), rest };
}

export const isChanging = (entry: RecordEntry): entry is ChangingEntry => entry.transport !== undefined;

/**
 * Whether another group may be written at the same time as the entry: the entry neither parks nor postpones a delivery, and its
 * attempt, if it has one, is of a delivery without an ordering key.
 */
export const isIndependent = ({ attempt, parked, postponed }: RecordEntry): boolean =>
  parked === undefined && postponed === undefined && (attempt === undefined || attempt.orderingKey === null);
