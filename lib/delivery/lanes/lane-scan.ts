import type { LaneCursor, LaneReading, LaneReadRequest, QueuedDelivery } from '../persistence/lane-store.js';

const HEAD: LaneCursor = { dueAt: -1, deliveryId: -1 };
/** Rows that were handed out are kept in front of the others up to so many. */
const MOST_HANDED_OUT = 512;

/** Rows that were read and are not to be sent. */
export interface UnsentRows {
  /** They wait behind an earlier one of their key and should be parked. */
  readonly behind: QueuedDelivery[];
  /** Processes have died of them. */
  readonly condemned: QueuedDelivery[];
}

/** What a whole scan has proved: nothing is due before `dueAt` (null: nothing is left) in what the lane was at `version`. */
export interface ScanResult {
  readonly version: number;
  readonly dueAt: number | null;
}

/**
 * What has been read of a lane. All state, no I/O.
 *
 * A scan goes from the head of the queue to its end in several reads. What was read is *in hand* until its outcome is
 * recorded; a later scan meets it again and leaves it out. Rows commit out of order, so a finished scan proves that
 * nothing is left only if the lane's version has not changed since the scan began: that is what `result()` is for.
 */
export class LaneScan {
  #ready: QueuedDelivery[] = [];
  #readyFrom = 0;
  /** Ids of deliveries that are ready, in flight, or answered and not recorded. */
  readonly #inHand = new Set<number>();
  #cursor: LaneCursor = HEAD;
  /** The lane's version when the scan began. */
  #version: number | undefined;
  #hasEnded = false;
  #told = true;
  #nextDueAt: number | null = null;
  #reading = false;
  /** Recorded while a read was under way: its snapshot may still show them. */
  readonly #recordedMeanwhile = new Set<number>();
  /** The earliest retry among them: the snapshot may not show it yet. */
  #redatedMeanwhile: number | null = null;

  get readyCount(): number {
    return this.#ready.length - this.#readyFrom;
  }

  /** The next ready delivery. */
  get first(): QueuedDelivery | undefined {
    return this.#ready[this.#readyFrom];
  }

  get isReading(): boolean {
    return this.#reading;
  }

  get holdsNothing(): boolean {
    return this.#inHand.size === 0;
  }

  /** The next ready delivery, which stays in hand and is not ready any more. */
  take(): QueuedDelivery {
    const delivery = this.#ready[this.#readyFrom++]!;
    if (this.#readyFrom > MOST_HANDED_OUT) this.#compact();
    return delivery;
  }

  /** Work was added, or may have been. */
  tell(): void {
    this.#told = true;
  }

  /** The lane has this version now. */
  tellOf(version: number): void {
    if (this.#version !== undefined && version > this.#version) this.#told = true;
  }

  /** What to read next; call `accept` with the answer or `failed`. @returns undefined: nothing is due as far as is known */
  nextRead(transportId: number, now: number, readAhead: number): LaneReadRequest | undefined {
    if (this.#hasEnded && !this.#told && (this.#nextDueAt === null || this.#nextDueAt > now))
      return undefined;
    if (this.#hasEnded || this.#version === undefined) this.#restart();
    this.#reading = true;
    // A scan from the head meets again what is in hand.
    const again = this.#cursor === HEAD ? this.#inHand.size : 0;
    return { transportId, after: this.#cursor, limit: readAhead + again };
  }

  /**
   * Takes in what was read.
   *
   * @param limit as it was asked for
   * @param isCondemned whether a row is not to be sent any more
   * @returns what is in hand from now on without being sent
   */
  accept(reading: LaneReading, limit: number, isCondemned: (row: QueuedDelivery) => boolean): UnsentRows {
    this.#reading = false;
    this.#version ??= reading.version;
    this.#nextDueAt = earlier(reading.nextDueAt, this.#redatedMeanwhile);
    this.#hasEnded = reading.rows.length < limit;
    const last = reading.rows.at(-1);
    if (last) this.#cursor = { dueAt: last.dueAt, deliveryId: last.deliveryId };
    if (this.#isPassed(this.#redatedMeanwhile)) this.#told = true;

    const unsent: UnsentRows = { behind: [], condemned: [] };
    for (const row of reading.rows) {
      if (this.#inHand.has(row.deliveryId) || this.#recordedMeanwhile.has(row.deliveryId)) continue;
      if (row.behind) unsent.behind.push(row);
      else if (isCondemned(row)) unsent.condemned.push(row);
      else this.#ready.push(row);
      this.#inHand.add(row.deliveryId);
    }
    this.#forgetMeanwhile();
    return unsent;
  }

  failed(): void {
    this.#reading = false;
    this.#forgetMeanwhile();
    this.#restart();
    this.#told = true;
  }

  /** Nothing came of an attempt and nothing is written about it: the delivery is due as before. */
  returned({ deliveryId }: QueuedDelivery): void {
    this.#inHand.delete(deliveryId);
    this.#told = true;
  }

  /** The outcome is in the database (or was given up): the delivery is out of hand. */
  recorded({ deliveryId, orderingKey }: QueuedDelivery, nextDueAt: number | null): void {
    this.#inHand.delete(deliveryId);
    if (this.#reading) {
      this.#recordedMeanwhile.add(deliveryId);
      this.#redatedMeanwhile = earlier(this.#redatedMeanwhile, nextDueAt);
    }
    this.#nextDueAt = earlier(this.#nextDueAt, nextDueAt);
    // The next one of the key may have become due, before the cursor; or this one has a new date there.
    if (orderingKey !== null || this.#isPassed(nextDueAt)) this.#told = true;
  }

  /** Gives up what has not been sent. */
  dropReady(): void {
    for (let index = this.#readyFrom; index < this.#ready.length; index++) {
      this.#inHand.delete(this.#ready[index]!.deliveryId);
    }
    if (this.readyCount > 0) this.#told = true;
    this.#ready = [];
    this.#readyFrom = 0;
  }

  /** @returns undefined while there is something due, or may be */
  result(now: number): ScanResult | undefined {
    if (this.#told || !this.#hasEnded || this.#version === undefined) return undefined;
    if (this.#nextDueAt !== null && this.#nextDueAt <= now) return undefined;
    return { version: this.#version, dueAt: this.#nextDueAt };
  }

  #restart(): void {
    this.#cursor = HEAD;
    this.#version = undefined;
    this.#hasEnded = false;
    this.#told = false;
  }

  #forgetMeanwhile(): void {
    this.#recordedMeanwhile.clear();
    this.#redatedMeanwhile = null;
  }

  /** Whether the scan has gone past this date, so that only another one finds a delivery with it. */
  #isPassed(dueAt: number | null): boolean {
    return dueAt !== null && dueAt <= this.#cursor.dueAt;
  }

  #compact(): void {
    this.#ready = this.#ready.slice(this.#readyFrom);
    this.#readyFrom = 0;
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
