import type { RequestedTrigger } from '../../lib/domain/delivery-status.js';
import type { LaneReading, LaneReadRequest, QueuedDelivery } from '../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/ports/record-store.js';
import type { RequestReading, RequestReadRequest } from '../../lib/persistence/ports/request-store.js';

interface QueueRow {
  readonly deliveryId: number;
  readonly eventId: number;
  readonly orderingKey: string | null;
  dueAt: number;
  attempts: number;
  /** Trigger of the next attempt if a redelivery is requested, or a recovery has enqueued the row. */
  requested: RequestedTrigger | null;
}

/** The queue of one lane: each method does what one statement of the stores does, as a whole. */
export class SimulatedQueue {
  /** Rises with each row that is added, and when the transport is resumed. */
  version = 0;
  /** The version at the latest request for a redelivery; 0: none is left. */
  requestsVersion = 0;
  #added = 0;
  readonly #rows: QueueRow[] = [];

  get size(): number {
    return this.#rows.length;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** When the first row is to be sent; Infinity: there is none. A requested row is to be sent at once, unless it is parked. */
  get earliest(): number {
    const isNext = (row: QueueRow): boolean =>
      row.requested === 'MANUAL' && row.dueAt !== PARKED_DUE_AT && !this.#isBehind(row);
    return Math.min(...this.#rows.map((row) => (isNext(row) ? 0 : row.dueAt)));
  }

  add(orderingKey: string | null, dueAt: number, requested: RequestedTrigger | null = null): void {
    this.version += 1;
    const id = ++this.#added;
    this.#rows.push({ deliveryId: id, eventId: id, orderingKey, dueAt, attempts: 0, requested });
  }

  /** Requests the redelivery of a row. */
  request(choice: number): void {
    const row = this.#rows[choice % this.#rows.length];
    if (!row || row.requested !== null) return;
    row.requested = 'MANUAL';
    this.version += 1;
    this.requestsVersion = this.version;
  }

  readRequests({ afterId, limit }: RequestReadRequest): RequestReading {
    const requested = this.#rows.filter((row) => row.requested === 'MANUAL' && row.deliveryId > afterId);
    return {
      transportId: 1,
      requestsVersion: this.requestsVersion,
      rows: requested.slice(0, limit).map((row) => this.#queued(row)),
    };
  }

  /** No request is left, unless another one came since. */
  clearRequests(requestsVersion: number): void {
    if (this.requestsVersion === requestsVersion) this.requestsVersion = 0;
  }

  read({ after, limit }: LaneReadRequest, now: number): LaneReading {
    const sorted = [...this.#rows].sort((a, b) => a.dueAt - b.dueAt || a.deliveryId - b.deliveryId);
    const isAfter = (row: QueueRow): boolean =>
      row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.deliveryId > after.deliveryId);
    const due = sorted.filter((row) => row.dueAt <= now && isAfter(row)).slice(0, limit);
    return {
      transportId: 1,
      version: this.version,
      requestsVersion: this.requestsVersion,
      nextDueAt: sorted.find((row) => row.dueAt > now)?.dueAt ?? null,
      rows: due.map((row) => this.#queued(row)),
    };
  }

  /**
   * Records an attempt: an end if `nextDueAt` is null, else a retry.
   *
   * @returns false: somebody else has changed the row, so the attempt is orphaned and changes nothing
   */
  record(delivery: QueuedDelivery, nextDueAt: number | null, now: number): boolean {
    const { deliveryId, dueAt, attempts, requested } = delivery;
    const index = this.#rows.findIndex((row) => row.deliveryId === deliveryId);
    const row = this.#rows[index];
    if (row?.attempts !== attempts || row.dueAt !== dueAt) return false;
    if (nextDueAt !== null) {
      row.dueAt = requested === null ? nextDueAt : Math.max(nextDueAt, now);
      row.attempts += 1;
      // A redelivery that was requested during a scheduled attempt is still requested.
      if (requested !== null) row.requested = null;
      return true;
    }
    this.#rows.splice(index, 1);
    const next = this.#headOf(row.orderingKey);
    if (next?.dueAt === PARKED_DUE_AT) next.dueAt = now;
    return true;
  }

  /** Parks a row, unless it has no predecessor any more or was changed. */
  park({ deliveryId, dueAt }: QueuedDelivery): void {
    const row = this.#rows.find((other) => other.deliveryId === deliveryId && other.dueAt === dueAt);
    if (row && this.#isBehind(row)) row.dueAt = PARKED_DUE_AT;
  }

  /** @returns whether anything was unparked */
  unpark(now: number): boolean {
    const heads = this.#rows.filter((row) => row.dueAt === PARKED_DUE_AT && !this.#isBehind(row));
    for (const row of heads) row.dueAt = now;
    if (heads.length > 0) this.version += 1;
    return heads.length > 0;
  }

  /** Parks the head of a key. This happens only if two concurrent statements do not see the changes of each other. */
  strand(orderingKey: string | null): void {
    const head = this.#headOf(orderingKey);
    if (head) head.dueAt = PARKED_DUE_AT;
  }

  /** The row that must be sent before this one. */
  earlierOf({ orderingKey, eventId }: Pick<QueueRow, 'orderingKey' | 'eventId'>): number | undefined {
    const isEarlier = (row: QueueRow): boolean => row.orderingKey === orderingKey && row.eventId < eventId;
    return orderingKey === null ? undefined : this.#rows.find(isEarlier)?.deliveryId;
  }

  toString(): string {
    return JSON.stringify(this.#rows);
  }

  #queued(row: QueueRow): QueuedDelivery {
    return {
      ...row,
      transportId: 1,
      lostAttempts: 0,
      notedToken: null,
      behind: this.earlierOf(row) !== undefined,
    };
  }

  #isBehind(row: QueueRow): boolean {
    return this.earlierOf(row) !== undefined;
  }

  #headOf(key: string | null): QueueRow | undefined {
    const ofKey = this.#rows.filter(({ orderingKey }) => key !== null && orderingKey === key);
    return ofKey.sort((a, b) => a.eventId - b.eventId)[0];
  }
}
