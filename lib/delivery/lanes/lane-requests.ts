import type { RequestReading, RequestReadRequest } from '../../persistence/ports/request-store.js';

/** Maximum number of requested deliveries that one read returns. */
const MOST_READ = 100;
/** The next page is read when fewer requested deliveries than this are in hand. */
const NEXT_PAGE_BELOW = 50;

/**
 * The requests for redeliveries that a holder knows in its lane, and when it has to read them. State only, no I/O.
 *
 * The lane's `requests_version` is its version at the latest request; 0: nothing is requested. The holder reads the requested
 * deliveries if it has not read up to that version yet. It reads them again in four cases:
 *
 * - A read of requested deliveries failed.
 * - A requested delivery was not sent, somebody else has changed its row, or its outcome was recorded during the read.
 * - An attempt that was in flight when its delivery was requested has an outcome.
 * - All requested deliveries in hand have an outcome.
 *
 * If all pages were read and were empty, `requests_version` can be reset to 0.
 */
export class LaneRequests {
  /** The latest version that is known. */
  #version: number;
  #readUpTo = 0;
  #isStale = false;
  /** The present pass through the pages: the version up to which it finds every request, and whether it has found one. */
  #pass = { version: 0, hasFound: false };
  /** Id of the last delivery of the previous page; undefined: no pass is under way. */
  #after: number | undefined;
  /** Requested deliveries that are in hand (see `LaneScan`). */
  readonly #inHand = new Set<number>();
  /** Deliveries that were requested while an attempt of the schedule was in flight or unrecorded. */
  readonly #awaited = new Set<number>();
  /** Requested deliveries that could not be attempted: they are sent when they are due. */
  readonly #postponed = new Set<number>();

  /** @param version `requests_version` when the lane was claimed */
  constructor(version: number) {
    this.#version = version;
  }

  /** The lane has this `requests_version` now. */
  noticeVersion(version: number): void {
    if (version > this.#version) this.#version = version;
  }

  /** Whether the requested deliveries have to be read. */
  get isDue(): boolean {
    if (this.#after !== undefined) return this.#inHand.size < NEXT_PAGE_BELOW;
    return this.#isStale || this.#readUpTo < this.#version;
  }

  /** The next page. Call `accept` with its result, or `failed`. */
  next(transportId: number): RequestReadRequest {
    if (this.#after === undefined) {
      this.#pass = { version: this.#version, hasFound: false };
      this.#isStale = false;
    }
    return { transportId, afterId: this.#after ?? 0, limit: MOST_READ };
  }

  /** @returns whether no requested delivery is left in the lane, so that `requests_version` can be reset */
  accept({ rows, requestsVersion }: RequestReading): boolean {
    // `requestsVersion` may be smaller than a known one: a holder that has lost the lane may have reset it late.
    if (this.#after === undefined) this.#pass.version = Math.max(this.#pass.version, requestsVersion);
    if (rows.length > 0) this.#pass.hasFound = true;
    this.#after = rows.length < MOST_READ ? undefined : rows.at(-1)!.deliveryId;
    this.noticeVersion(requestsVersion);
    if (this.#after !== undefined) return false;
    this.#readUpTo = Math.max(this.#readUpTo, this.#pass.version);
    return !this.#pass.hasFound && requestsVersion > 0;
  }

  failed(): void {
    this.#after = undefined;
    this.#isStale = true;
  }

  /** Whether the delivery is in hand because it was requested. */
  has(deliveryId: number): boolean {
    return this.#inHand.has(deliveryId);
  }

  /** Whether the delivery waits for its due date although it was requested. */
  isPostponed(deliveryId: number): boolean {
    return this.#postponed.has(deliveryId);
  }

  /** The delivery is in hand because it was requested. */
  taken(deliveryId: number): void {
    this.#inHand.add(deliveryId);
  }

  /** The delivery has an attempt without an outcome. If that attempt fails, the requested one follows. */
  awaits(deliveryId: number): void {
    this.#awaited.add(deliveryId);
  }

  /** The database may contain a requested delivery that this holder has not read. */
  missed(): void {
    this.#isStale = true;
  }

  /** The delivery is no longer in hand: its attempt has an outcome, or did not take place. */
  settled(deliveryId: number): void {
    this.#postponed.delete(deliveryId);
    if (this.#awaited.delete(deliveryId)) this.#isStale = true;
    if (this.#inHand.delete(deliveryId) && this.#inHand.size === 0) this.#isStale = true;
  }

  /** The delivery could not be attempted and is due later. If it were sent before others once more, it would fail again at once. */
  postponed(deliveryId: number): void {
    this.settled(deliveryId);
    this.#postponed.add(deliveryId);
  }
}
