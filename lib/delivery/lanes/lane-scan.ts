import type {
  LaneCursor,
  LaneReading,
  LaneReadRequest,
  QueuedDelivery,
} from '../../persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../persistence/ports/record-store.js';
import type { RequestReading, RequestReadRequest } from '../../persistence/ports/request-store.js';
import { LaneRequests } from './lane-requests.js';

/** Due date of the head, which is earlier than the due date of any row. */
const HEAD = -1;
/** A scan begins this long before the due date that the previous scan has reached, in ms, because rows commit out of order. */
const OVERLAP_MS = 60_000;
/** While a lane is held, it is scanned from its head at least this often, in ms, in case a row committed more than `OVERLAP_MS` late. */
const HEAD_EVERY_MS = 10_000;
/** Maximum number of rows that were taken and still occupy the front of the array. */
const MOST_HANDED_OUT = 512;

/** Rows that were read and must not be sent now. */
export interface UnsentRows {
  /** They wait behind an earlier one of their key and have to be parked. */
  readonly behind: QueuedDelivery[];
  /** The last holder noted them and crashed before it recorded an outcome. */
  readonly crashed: QueuedDelivery[];
}

/** Decides which rows must not simply be sent. */
export interface RowJudge {
  /** Whether the last holder crashed while it sent this row. */
  readonly hasCrashed: (row: QueuedDelivery) => boolean;
  /** Whether this process has sent the row and could not record the outcome yet. */
  readonly isUnrecorded: (row: QueuedDelivery) => boolean;
}

/** Requested deliveries that were read and must not be sent now, and whether all requests of the lane were served. */
export interface RequestedRows extends Pick<UnsentRows, 'crashed'> {
  readonly areServed: boolean;
}

/** The result of a whole scan: at this version of the lane, nothing is due before `dueAt` (null: nothing is left). */
export interface ScanResult {
  readonly version: number;
  readonly dueAt: number | null;
}

/**
 * The rows that were read from a lane. State only, no I/O.
 *
 * A scan reads the due rows of the queue in the order of due dates, in several reads. Rows that were read are *in hand* until
 * their outcome is recorded; a later scan skips them. Rows commit out of order, so a finished scan proves that nothing is
 * left only if the lane's version has not changed since the scan began. `result()` checks that.
 *
 * A scan begins where the last one ended, less an overlap, and not at the head. While a foreign snapshot (a backup) is open,
 * all rows that were delivered since stay at the head as dead rows, and reading over a million of them takes 190 ms.
 *
 * Requested redeliveries are read apart, whenever they are due, and are sent before the others. A lane has one read at a
 * time, of either kind: what is recorded during a read is compared with its rows.
 */
export class LaneScan {
  #ready: QueuedDelivery[] = [];
  #readyFrom = 0;
  /** Requested deliveries that are ready. They are sent before `#ready`. */
  readonly #requested: QueuedDelivery[] = [];
  readonly #requests: LaneRequests;
  /** Due dates of the deliveries that are ready, in flight, or awaiting their record, by id. */
  readonly #inHand = new Map<number, number>();
  /** Due dates of the deliveries whose outcome cannot be recorded for now, by id. They do not keep the lane from being released. */
  readonly #aside = new Map<number, number>();
  #cursor: LaneCursor = { dueAt: HEAD, deliveryId: -1 };
  /**
   * Every row that is due earlier has been read, provided that it was committed before the scan that reached this date began.
   * Exception: rows that are due at or after `#missedAt`.
   */
  #position: number;
  /** Earliest due date that only another scan finds: of a row that was read and given up, or that became due before the cursor. */
  #missedAt = Infinity;
  /** Due date at which the present scan began. */
  #begunAt = HEAD;
  /** Instant at which the present scan began. Rows that commit later may be due from that instant on, less `OVERLAP_MS`. */
  #beganAt = HEAD;
  #headScannedAt: number;
  /** The lane's version when the scan began. */
  #version: number | undefined;
  #hasEnded = false;
  #isNotified = true;
  #nextDueAt: number | null = null;
  #isReading = false;
  readonly #parking = new Set<number>();
  /** Due dates of the deliveries that were recorded during a read, by id. The snapshot of the read may still show their old rows. */
  readonly #recordedMeanwhile = new Map<number, number>();
  /** Earliest due date of their retries, which the snapshot of the read may not show yet. */
  #redatedMeanwhile: number | null = null;

  /**
   * @param scanFrom due date up to which earlier holders have read; -1: nothing
   * @param elapsedNow on the `ElapsedClock`
   * @param requestsVersion see `LaneRequests`
   */
  constructor(scanFrom: number, elapsedNow: number, requestsVersion: number) {
    this.#position = scanFrom;
    this.#headScannedAt = elapsedNow;
    this.#requests = new LaneRequests(requestsVersion);
  }

  get readyCount(): number {
    return this.#requested.length + this.#ready.length - this.#readyFrom;
  }

  /** The next ready delivery. */
  get first(): QueuedDelivery | undefined {
    return this.#requested[0] ?? this.#ready[this.#readyFrom];
  }

  /** Number of deliveries that are being parked. If there are many, the lane waits for them before it reads more. */
  get parkingCount(): number {
    return this.#parking.size;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Whether work was added, or may have been, since the scan began. */
  get isNotified(): boolean {
    return this.#isNotified;
  }

  /** Whether the next read begins at the head again. It may be slow, so no other lane should wait for it. */
  repeatsFromHead(elapsedNow: number): boolean {
    if (Math.min(this.#position, this.#missedAt) <= HEAD) return false;
    return this.#beginsNext ? this.#isHeadDue(elapsedNow) : this.#cursor.dueAt === HEAD;
  }

  get isEmptyHanded(): boolean {
    return this.#inHand.size === 0;
  }

  /** Whether the delivery is ready, in flight, or awaiting its record. */
  hasInHand({ deliveryId }: QueuedDelivery): boolean {
    return this.#inHand.has(deliveryId);
  }

  /** Deliveries whose outcome cannot be recorded for now. */
  get asideCount(): number {
    return this.#aside.size;
  }

  /** Due date at which the next holder has to begin: every row that is due earlier has been read and recorded. */
  get scanFrom(): number {
    let from = Math.min(this.#position, this.#missedAt);
    for (const dueAt of this.#inHand.values()) if (dueAt < from) from = dueAt;
    for (const dueAt of this.#aside.values()) if (dueAt < from) from = dueAt;
    return from;
  }

  /** Takes the next ready delivery, which stays in hand. */
  take(): QueuedDelivery {
    const requested = this.#requested.shift();
    if (requested) return requested;
    const delivery = this.#ready[this.#readyFrom++]!;
    if (this.#readyFrom > MOST_HANDED_OUT) this.#compact();
    return delivery;
  }

  /** Work was added, or may have been. */
  notifyWorkAdded(): void {
    this.#isNotified = true;
  }

  /** The lane has this version now. @param requestsVersion see `LaneRequests` */
  noticeVersion(version: number, requestsVersion: number): void {
    if (this.#version !== undefined && version > this.#version) this.#isNotified = true;
    this.#requests.noticeVersion(requestsVersion);
  }

  /**
   * The next read. Call `acceptRows` with its result, or `failed`.
   *
   * @returns undefined: nothing is due as far as is known
   */
  nextRead(
    transportId: number,
    now: number,
    elapsedNow: number,
    readAhead: number,
  ): LaneReadRequest | undefined {
    const isNothingDue = this.#nextDueAt === null || this.#nextDueAt > now;
    if (this.#hasEnded && !this.#isNotified && isNothingDue) return undefined;
    const begins = this.#beginsNext;
    if (begins) this.#begin(now, elapsedNow);
    this.#isReading = true;
    // A new scan reads rows in hand once more, so the limit has to cover them too.
    const again = begins ? this.#inHand.size + this.#aside.size : 0;
    return { transportId, after: this.#cursor, limit: readAhead + again };
  }

  /**
   * Accepts the rows that were read.
   *
   * @param limit as it was requested
   * @param readAt the instant up to which due rows were read
   * @returns rows that are in hand from now on and must not be sent
   */
  acceptRows(reading: LaneReading, limit: number, readAt: number, judge: RowJudge): UnsentRows {
    this.#isReading = false;
    this.#version ??= reading.version;
    this.#requests.noticeVersion(reading.requestsVersion);
    this.#nextDueAt = earlier(reading.nextDueAt, this.#redatedMeanwhile);
    this.#hasEnded = reading.rows.length < limit;
    const last = reading.rows.at(-1);
    if (last) this.#cursor = { dueAt: last.dueAt, deliveryId: last.deliveryId };
    // Not later than the scan's beginning: rows that were committed since may be due between that instant and the cursor.
    const readUpTo = Math.min(this.#hasEnded ? readAt : last!.dueAt, this.#beganAt);
    this.#position = Math.max(this.#position, readUpTo);
    this.#noticeDue(this.#redatedMeanwhile);

    const unsent: UnsentRows = { behind: [], crashed: [] };
    for (const row of reading.rows) {
      const { deliveryId, dueAt } = row;
      if (this.#isKnown(row)) continue;
      if (judge.isUnrecorded(row)) {
        this.#aside.set(deliveryId, dueAt);
        continue;
      }
      if (row.behind) {
        unsent.behind.push(row);
        this.#parking.add(deliveryId);
      } else if (judge.hasCrashed(row)) unsent.crashed.push(row);
      else this.#ready.push(row);
      this.#inHand.set(deliveryId, dueAt);
    }
    this.#forgetMeanwhile();
    return unsent;
  }

  /** Whether requested deliveries have to be read. */
  get hasRequests(): boolean {
    return this.#requests.isDue;
  }

  /**
   * The next read of requested deliveries. Call `acceptRequests` with its result, or `requestsFailed`.
   *
   * @returns undefined: there is none, or another read is under way
   */
  nextRequests(transportId: number): RequestReadRequest | undefined {
    if (this.#isReading || !this.#requests.isDue) return undefined;
    this.#isReading = true;
    return this.#requests.next(transportId);
  }

  /** Accepts the requested deliveries that were read. They are ready, unless an attempt of theirs has no outcome yet. */
  acceptRequests(reading: RequestReading, judge: RowJudge): RequestedRows {
    this.#isReading = false;
    const areServed = this.#requests.accept(reading);
    const crashed: QueuedDelivery[] = [];
    for (const row of reading.rows) {
      const { deliveryId, dueAt } = row;
      // A row that waits behind an earlier one of its key is read when it is due.
      if (row.behind || this.#requests.has(deliveryId) || this.#requests.isPostponed(deliveryId)) continue;
      if (this.#recordedMeanwhile.get(deliveryId) === dueAt) {
        this.#requests.missed();
      } else if (this.#inHand.has(deliveryId) || this.#aside.has(deliveryId)) {
        if (!this.#putFirst(row)) this.#requests.awaits(deliveryId);
      } else if (judge.isUnrecorded(row)) {
        this.#aside.set(deliveryId, dueAt);
        this.#requests.awaits(deliveryId);
      } else {
        this.#inHand.set(deliveryId, dueAt);
        this.#requests.taken(deliveryId);
        (judge.hasCrashed(row) ? crashed : this.#requested).push(row);
      }
    }
    this.#forgetMeanwhile();
    return { crashed, areServed };
  }

  requestsFailed(): void {
    this.#isReading = false;
    this.#forgetMeanwhile();
    this.#requests.failed();
  }

  failed(): void {
    this.#isReading = false;
    this.#forgetMeanwhile();
    this.#version = undefined;
    this.#isNotified = true;
    if (this.#begunAt === HEAD) this.#headScannedAt = -Infinity;
    else this.#missedAt = Math.min(this.#missedAt, this.#begunAt + OVERLAP_MS);
  }

  /** An attempt did not take place or was aborted, and nothing is recorded: the delivery is due as before. */
  returned(delivery: QueuedDelivery): void {
    this.#inHand.delete(delivery.deliveryId);
    this.#giveBack(delivery);
  }

  /** The outcome cannot be recorded for now: the delivery is set aside until a later call reports its outcome. */
  setAside({ deliveryId, dueAt }: QueuedDelivery): void {
    if (this.#inHand.delete(deliveryId)) this.#aside.set(deliveryId, dueAt);
  }

  /** The outcome is in the database: the delivery is no longer in hand. */
  recorded(delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.#letGo(delivery);
    if (this.#isReading) this.#redatedMeanwhile = earlier(this.#redatedMeanwhile, nextDueAt);
    this.#nextDueAt = earlier(this.#nextDueAt, nextDueAt);
    // The next delivery of the key may have become due at a date before the cursor.
    if (delivery.orderingKey !== null) this.#isNotified = true;
    this.#noticeDue(nextDueAt);
  }

  /** The delivery could not be attempted and is due later. */
  postponed(delivery: QueuedDelivery, nextDueAt: number): void {
    this.recorded(delivery, nextDueAt);
    if (delivery.requested !== null) this.#requests.postponed(delivery.deliveryId);
  }

  /** The delivery was parked. If its predecessor had already ended, nothing was written and the delivery is due as before. */
  parked(delivery: QueuedDelivery): void {
    this.recorded(delivery, PARKED_DUE_AT);
    this.#miss(delivery.dueAt);
  }

  /** Somebody else has changed the delivery's row, which may be due at any time now. */
  orphaned(delivery: QueuedDelivery): void {
    this.#letGo(delivery);
    if (delivery.requested !== null) this.#requests.missed();
    this.#miss(HEAD);
  }

  /** Gives up the rows that have not been sent. */
  dropReady(): void {
    for (const delivery of this.#requested.splice(0)) this.returned(delivery);
    for (let index = this.#readyFrom; index < this.#ready.length; index++) this.returned(this.#ready[index]!);
    this.#ready = [];
    this.#readyFrom = 0;
  }

  /** @returns undefined: something is due, or may be */
  result(now: number): ScanResult | undefined {
    if (this.#isNotified || !this.#hasEnded || this.#version === undefined || this.#requests.isDue)
      return undefined;
    if (this.#nextDueAt !== null && this.#nextDueAt <= now) return undefined;
    return { version: this.#version, dueAt: this.#nextDueAt };
  }

  get #beginsNext(): boolean {
    return this.#hasEnded || this.#version === undefined;
  }

  #isHeadDue(elapsedNow: number): boolean {
    return this.#position <= HEAD || elapsedNow - this.#headScannedAt >= HEAD_EVERY_MS;
  }

  #begin(now: number, elapsedNow: number): void {
    // Until this scan has read past the missed rows, they count as unread, also for the next holder.
    this.#position = Math.min(this.#position, this.#missedAt);
    const fromHead = this.#isHeadDue(elapsedNow);
    // Not later than now: if the clock was set back, new rows are due before the position.
    const from = Math.min(this.#position, now) - OVERLAP_MS;
    this.#beganAt = now;
    this.#begunAt = fromHead ? HEAD : Math.max(HEAD, from);
    if (fromHead) this.#headScannedAt = elapsedNow;
    this.#cursor = { dueAt: this.#begunAt, deliveryId: -1 };
    this.#missedAt = Infinity;
    this.#version = undefined;
    this.#hasEnded = false;
    this.#isNotified = false;
  }

  #isKnown({ deliveryId, dueAt }: QueuedDelivery): boolean {
    // A row with another due date is newer: a retry, or a delivery that was moved back from the log.
    const isOutdated = this.#recordedMeanwhile.get(deliveryId) === dueAt;
    return this.#inHand.has(deliveryId) || this.#aside.has(deliveryId) || isOutdated;
  }

  #letGo({ deliveryId, dueAt }: QueuedDelivery): void {
    this.#inHand.delete(deliveryId);
    this.#parking.delete(deliveryId);
    this.#aside.delete(deliveryId);
    this.#requests.settled(deliveryId);
    if (this.#isReading) this.#recordedMeanwhile.set(deliveryId, dueAt);
  }

  /** The delivery is due as before. If it was requested, it may be due later, and only a read of the requests finds it. */
  #giveBack({ deliveryId, dueAt, requested }: QueuedDelivery): void {
    this.#requests.settled(deliveryId);
    if (requested !== null) this.#requests.missed();
    this.#miss(dueAt);
  }

  /** Sends a ready delivery first, with the trigger that was requested. @returns false: it is not ready */
  #putFirst(row: QueuedDelivery): boolean {
    const index = this.#ready.findIndex(
      ({ deliveryId }, place) => place >= this.#readyFrom && deliveryId === row.deliveryId,
    );
    if (index < 0) return false;
    this.#ready.splice(index, 1);
    this.#requested.push(row);
    this.#requests.taken(row.deliveryId);
    return true;
  }

  #miss(dueAt: number): void {
    this.#missedAt = Math.min(this.#missedAt, dueAt);
    this.#isNotified = true;
  }

  /**
   * Notes that a delivery is due at `dueAt`. If the scan has read past that date, only another scan finds the delivery. Scans
   * begin near the position, also the first one of a holder, so an earlier date must be noted: an outcome that was set aside
   * may be recorded minutes later, when the lane has been released and claimed again.
   */
  #noticeDue(dueAt: number | null): void {
    const readUpTo = this.#beginsNext ? Math.max(this.#cursor.dueAt, this.#position) : this.#cursor.dueAt;
    if (dueAt !== null && dueAt <= readUpTo) this.#miss(dueAt);
  }

  #forgetMeanwhile(): void {
    this.#recordedMeanwhile.clear();
    this.#redatedMeanwhile = null;
  }

  #compact(): void {
    this.#ready = this.#ready.slice(this.#readyFrom);
    this.#readyFrom = 0;
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
