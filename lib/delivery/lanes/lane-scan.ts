import type { LaneReading, LaneReadRequest, QueuedDelivery } from '../../persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../persistence/ports/record-store.js';
import { LaneRead } from './lane-read.js';
import { LaneRequests } from './lane-requests.js';
import { ReadyRows } from './ready-rows.js';
import { RequestScan } from './request-scan.js';
import { RowsInHand } from './rows-in-hand.js';
import { HEAD, ScanProgress } from './scan-progress.js';
import type { RowJudge, ScanResult, UnsentRows } from './scan-rows.js';

/**
 * The rows that were read from a lane. State only, no I/O.
 *
 * A scan reads the due rows of the queue in the order of due dates, in several reads (see `ScanProgress`). Rows that were read
 * are *in hand* until their outcome is recorded. If it cannot be recorded for now, they are *set aside* instead. A later scan
 * skips the rows that are in hand or set aside.
 *
 * Requested redeliveries are read separately, regardless of their due dates, and are sent before the others (see
 * `RequestScan`). A lane has one read at a time, of either kind, because its rows are compared with the outcomes that were
 * recorded during the read (see `LaneRead`).
 */
export class LaneScan {
  readonly #ready = new ReadyRows();
  readonly #rows = new RowsInHand();
  readonly #read = new LaneRead();
  readonly #progress: ScanProgress;
  readonly #requests: LaneRequests;
  /** The reads of requested redeliveries. */
  readonly requested: RequestScan;

  /**
   * @param scanFrom due date up to which earlier holders have read; -1: nothing
   * @param elapsedNow on the `ElapsedClock`
   * @param requestsVersion see `LaneRequests`
   */
  constructor(scanFrom: number, elapsedNow: number, requestsVersion: number) {
    this.#progress = new ScanProgress(scanFrom, elapsedNow);
    this.#requests = new LaneRequests(requestsVersion);
    this.requested = new RequestScan(this.#requests, this.#rows, this.#ready, this.#read);
  }

  get readyCount(): number {
    return this.#ready.count;
  }

  /** Number of ready deliveries, without those that a recovery has enqueued. */
  get freshCount(): number {
    return this.#ready.freshCount;
  }

  /** Whether `take` may be called. @param mostRecovered see `ReadyRows` */
  mayTake(mostRecovered: number): boolean {
    return this.#ready.mayTake(mostRecovered);
  }

  /** The next ready delivery. */
  get first(): QueuedDelivery | undefined {
    return this.#ready.first;
  }

  /** Number of deliveries that are being parked. If there are many, the lane waits for them before it reads more. */
  get parkingCount(): number {
    return this.#rows.parkingCount;
  }

  get isReading(): boolean {
    return this.#read.isUnderWay;
  }

  /** Whether work was added, or may have been, since the scan began. */
  get isNotified(): boolean {
    return this.#progress.isNotified;
  }

  /** Whether the next read begins at the head again. It may be slow, so no other lane should wait for it. */
  repeatsFromHead(elapsedNow: number): boolean {
    return this.#progress.repeatsFromHead(elapsedNow);
  }

  get isEmptyHanded(): boolean {
    return this.#rows.isEmpty;
  }

  /** Whether the delivery is ready, in flight, or awaiting its record. */
  hasInHand({ deliveryId }: QueuedDelivery): boolean {
    return this.#rows.has(deliveryId);
  }

  /** Number of deliveries whose outcome cannot be recorded for now. */
  get asideCount(): number {
    return this.#rows.asideCount;
  }

  /** How far the scans have come, for the next holder: see `LaneHandover.scanFrom`. */
  get scanFrom(): number {
    return this.#rows.earliestDueAt(this.#progress.readTo);
  }

  /** Takes the next ready delivery, which stays in hand. */
  take(): QueuedDelivery {
    return this.#ready.take();
  }

  /** Work was added, or may have been. */
  notifyWorkAdded(): void {
    this.#progress.notifyWorkAdded();
  }

  /** The lane has this version now. @param requestsVersion see `LaneRequests` */
  noticeVersion(version: number, requestsVersion: number): void {
    this.#progress.noticeVersion(version);
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
    if (!this.#progress.isReadDue(now)) return undefined;
    const begins = this.#progress.beginsNext;
    if (begins) this.#progress.begin(now, elapsedNow);
    this.#read.begin();
    // A new scan reads rows in hand once more, so the limit has to cover them too.
    const again = begins ? this.#rows.count : 0;
    return { transportId, after: this.#progress.cursor, limit: readAhead + again };
  }

  /**
   * Accepts the rows that were read.
   *
   * @param limit as it was requested
   * @param readAt the instant up to which due rows were read
   * @returns rows that are in hand from now on and must not be sent
   */
  acceptRows(reading: LaneReading, limit: number, readAt: number, judge: RowJudge): UnsentRows {
    this.#progress.accept(reading, limit, readAt);
    this.#progress.noticeDue(this.#read.retryDueAt);
    this.#requests.noticeVersion(reading.requestsVersion);
    const unsent: UnsentRows = { behind: [], crashed: [] };
    for (const row of reading.rows) {
      if (this.#rows.includes(row.deliveryId) || this.#read.isOutdated(row)) continue;
      if (judge.isUnrecorded(row)) {
        this.#rows.addAside(row);
      } else if (row.behind) {
        this.#rows.addParking(row);
        unsent.behind.push(row);
      } else {
        this.#rows.add(row);
        if (judge.hasCrashed(row)) unsent.crashed.push(row);
        else this.#ready.add(row);
      }
    }
    this.#read.end();
    return unsent;
  }

  /** The read failed. */
  failed(): void {
    this.#read.end();
    this.#progress.failed();
  }

  /** An attempt did not take place or was aborted, and nothing is recorded: the delivery is due as before. */
  returned({ deliveryId, dueAt, requested }: QueuedDelivery): void {
    this.#rows.returned(deliveryId);
    this.#ready.settled(deliveryId);
    this.#requests.settled(deliveryId);
    // If it was requested, it may be due later, and only a read of the requests finds it.
    if (requested !== null) this.#requests.missed();
    this.#progress.miss(dueAt);
  }

  /** The outcome cannot be recorded for now: the delivery is set aside until a later call reports its outcome. */
  setAside(delivery: QueuedDelivery): void {
    this.#ready.settled(delivery.deliveryId);
    this.#rows.setAside(delivery);
  }

  /** The outcome is in the database: the delivery is no longer in hand. */
  recorded(delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.#letGo(delivery);
    this.#read.retryRecorded(nextDueAt);
    // The next delivery of the key may have become due at a date before the cursor.
    if (delivery.orderingKey !== null) this.#progress.notifyWorkAdded();
    this.#progress.noticeDue(nextDueAt);
  }

  /** The delivery could not be attempted and is due later. */
  postponed(delivery: QueuedDelivery, nextDueAt: number): void {
    this.recorded(delivery, nextDueAt);
    if (delivery.requested !== null) this.#requests.postponed(delivery.deliveryId);
  }

  /** The delivery was parked. If its predecessor had already ended, nothing was written and the delivery is due as before. */
  parked(delivery: QueuedDelivery): void {
    this.recorded(delivery, PARKED_DUE_AT);
    this.#progress.miss(delivery.dueAt);
  }

  /** Somebody else has changed the delivery's row, which may be due at any time now. */
  orphaned(delivery: QueuedDelivery): void {
    this.#letGo(delivery);
    if (delivery.requested !== null) this.#requests.missed();
    this.#progress.miss(HEAD);
  }

  /** Gives up the rows that have not been sent. */
  dropReady(): void {
    for (const delivery of this.#ready.drop()) this.returned(delivery);
  }

  /** @returns undefined: something is due, or may be */
  result(now: number): ScanResult | undefined {
    return this.#requests.isDue ? undefined : this.#progress.result(now);
  }

  #letGo(delivery: QueuedDelivery): void {
    this.#rows.settled(delivery.deliveryId);
    this.#ready.settled(delivery.deliveryId);
    this.#requests.settled(delivery.deliveryId);
    this.#read.recorded(delivery);
  }
}
