import type { LaneCursor, LaneReading } from '../../persistence/ports/lane-store.js';
import { earlierDate } from './earlier-date.js';
import type { ScanResult } from './scan-rows.js';

/** Due date of the head, which is earlier than the due date of any row. */
export const HEAD = -1;
/** A scan begins this long before the due date that the previous scan has reached, in ms, because rows commit out of order. */
const OVERLAP_MS = 60_000;
/** Minimum interval between two scans of a held lane from its head, in ms. Such scans find rows that committed more than `OVERLAP_MS` late. */
const HEAD_EVERY_MS = 10_000;

/**
 * How far the scans of a lane have come, and whether something is due that they have not read. State only, no I/O.
 *
 * Rows commit out of order, so a finished scan proves that nothing is left only if the lane's version has not changed since
 * the scan began. `result()` checks that.
 *
 * Most scans begin where the last one ended, less an overlap, and not at the head. While a foreign snapshot (a backup) is open,
 * the rows of deliveries that have ended since it was opened stay at the head as dead rows. To read past a million of them
 * takes 190 ms.
 */
export class ScanProgress {
  #cursor: LaneCursor = { dueAt: HEAD, deliveryId: -1 };
  /**
   * Due date up to which the scans have read. Every row with an earlier due date has been read, with two exceptions: rows that
   * were committed after the scan to this date had begun, and rows that are due at or after `#missedAt`.
   */
  #position: number;
  /** Earliest due date of the rows that only another scan finds: they were read and given up, or became due before the cursor. */
  #missedAt = Infinity;
  /** Due date at which the present scan began. */
  #startDueAt = HEAD;
  /** Instant at which the present scan began. Rows that commit later may be due up to `OVERLAP_MS` before that instant. */
  #startedAt = HEAD;
  #headScannedAt: number;
  /** The lane's version when the scan began; undefined: no page of the scan has been read. */
  #version: number | undefined;
  #hasEnded = false;
  #isNotified = true;
  #nextDueAt: number | null = null;

  /**
   * @param scanFrom due date up to which earlier holders have read; -1: nothing
   * @param elapsedNow on the `ElapsedClock`
   */
  constructor(scanFrom: number, elapsedNow: number) {
    this.#position = scanFrom;
    this.#headScannedAt = elapsedNow;
  }

  /** The last row that the present scan has read. */
  get cursor(): LaneCursor {
    return this.#cursor;
  }

  /** Whether work was added, or may have been, since the scan began. */
  get isNotified(): boolean {
    return this.#isNotified;
  }

  /** Every row that is due before this date has been read, except rows that were committed late (see `#position`). */
  get readTo(): number {
    return Math.min(this.#position, this.#missedAt);
  }

  /** Whether the next read begins a new scan. */
  get beginsNext(): boolean {
    return this.#hasEnded || this.#version === undefined;
  }

  /** Whether the next read begins at the head again. It may be slow, so no other lane should wait for it. */
  repeatsFromHead(elapsedNow: number): boolean {
    return this.readTo > HEAD && this.beginsNext && this.#isHeadDue(elapsedNow);
  }

  /** Whether a read may find something that is due. */
  isReadDue(now: number): boolean {
    return !this.#hasEnded || this.#isNotified || this.#isDue(now);
  }

  /** Begins a new scan. */
  begin(now: number, elapsedNow: number): void {
    // Until this scan has read past the missed rows, they count as unread for this holder and the next.
    this.#position = this.readTo;
    const fromHead = this.#isHeadDue(elapsedNow);
    // Not later than now: if the clock was set back, new rows are due before the position.
    const from = Math.min(this.#position, now) - OVERLAP_MS;
    this.#startedAt = now;
    this.#startDueAt = fromHead ? HEAD : Math.max(HEAD, from);
    if (fromHead) this.#headScannedAt = elapsedNow;
    this.#cursor = { dueAt: this.#startDueAt, deliveryId: -1 };
    this.#missedAt = Infinity;
    this.#version = undefined;
    this.#hasEnded = false;
    this.#isNotified = false;
  }

  /**
   * A page of the scan was read.
   *
   * @param limit maximum number of rows that was requested; fewer rows end the scan
   * @param readAt the instant up to which due rows were read
   */
  accept({ version, nextDueAt, rows }: LaneReading, limit: number, readAt: number): void {
    this.#version ??= version;
    this.#nextDueAt = nextDueAt;
    this.#hasEnded = rows.length < limit;
    const last = rows.at(-1);
    if (last) this.#cursor = { dueAt: last.dueAt, deliveryId: last.deliveryId };
    // Not later than the scan's beginning: rows that were committed since may be due between that instant and the cursor.
    const readUpTo = Math.min(this.#hasEnded ? readAt : last!.dueAt, this.#startedAt);
    this.#position = Math.max(this.#position, readUpTo);
  }

  /** A read has failed: the scan begins again where it began. */
  failed(): void {
    this.#version = undefined;
    this.#isNotified = true;
    if (this.#startDueAt === HEAD) this.#headScannedAt = -Infinity;
    else this.#missedAt = Math.min(this.#missedAt, this.#startDueAt + OVERLAP_MS);
  }

  /** Work was added, or may have been. */
  notifyWorkAdded(): void {
    this.#isNotified = true;
  }

  /** The lane has this version now. */
  noticeVersion(version: number): void {
    if (this.#version !== undefined && version > this.#version) this.#isNotified = true;
  }

  /** A row that is due at `dueAt` has to be read by another scan. @param dueAt `HEAD`: it is due at an unknown date */
  miss(dueAt: number): void {
    this.#missedAt = Math.min(this.#missedAt, dueAt);
    this.#isNotified = true;
  }

  /**
   * Notes that a delivery is due at `dueAt` (null: it is not). If the scan has read past that date, only another scan finds
   * the delivery. Most scans, even the first one of a holder, begin near the position, so an earlier date must be noted: an
   * outcome that was set aside may be recorded minutes later, when the lane has been released and claimed again.
   */
  noticeDue(dueAt: number | null): void {
    this.#nextDueAt = earlierDate(this.#nextDueAt, dueAt);
    const readUpTo = this.beginsNext ? Math.max(this.#cursor.dueAt, this.#position) : this.#cursor.dueAt;
    if (dueAt !== null && dueAt <= readUpTo) this.miss(dueAt);
  }

  /** @returns undefined: something is due, or may be */
  result(now: number): ScanResult | undefined {
    if (this.#isNotified || !this.#hasEnded || this.#version === undefined || this.#isDue(now))
      return undefined;
    return { version: this.#version, dueAt: this.#nextDueAt };
  }

  #isDue(now: number): boolean {
    return this.#nextDueAt !== null && this.#nextDueAt <= now;
  }

  #isHeadDue(elapsedNow: number): boolean {
    return this.#position <= HEAD || elapsedNow - this.#headScannedAt >= HEAD_EVERY_MS;
  }
}
