import type {
  LaneCursor,
  LaneReading,
  LaneReadRequest,
  HeldLane,
  LaneRelease,
  LaneRenewal,
  LaneState,
  QueuedDelivery,
  TakenLane,
} from '../persistence/lane-store.js';
import { RateWindow, type RateState } from '../domain/rate-window.js';
import {
  afterAttempt,
  isProbing,
  type HealthPolicy,
  type TransportHealth,
} from '../domain/transport-health.js';
import type { TransportRecord } from '../persistence/record-store.js';
import type { ConcludedAttempt } from './attempt.js';
import { isCondemned, isRunCarefully, isSuspect } from './careful-mode.js';
import { EndedCount } from './ended-count.js';
import type { TransportConfig } from './transport-config.js';

const NO_RATE: RateState = { used: 0, usedUntil: 0 };
const HEAD: LaneCursor = { dueAt: -1, deliveryId: -1 };
/** Rows a lane keeps ready, as a multiple of the requests it may have in flight, within bounds. */
const READ_AHEAD_FACTOR = 8;
const LEAST_READ_AHEAD = 16;
const MOST_READ_AHEAD = 512;
/** What must be left of a lease beyond the attempt's own deadline, for a timer that fires late. */
const LEASE_MARGIN_MS = 500;
/** How long a look at the lane's configuration counts: a pause takes effect within a second, also when the database stalls. */
const CHECK_LASTS_MS = 900;

/** Rows that were read and are not to be sent. */
export interface UnsentRows {
  /** They wait behind an earlier one of their key and should be parked. */
  readonly behind: QueuedDelivery[];
  /** Processes have died of them. */
  readonly condemned: QueuedDelivery[];
}

/**
 * A lane this process holds: what has been read of it, what is in hand, and until when it may send. All state, no I/O.
 *
 * Reading: a scan goes from the head of the queue to its end in several reads. What was read is *in hand* until its
 * outcome is recorded; a later scan meets it again and leaves it out. Rows commit out of order, so a finished scan
 * proves that nothing is left only if the lane's version has not changed since the scan began: that is
 * what `release()` hands to the database to compare.
 */
export class Lane {
  readonly transportId: number;
  readonly tenantUid: string;
  leaseToken: number;
  /** How long a renewal extends the lease. */
  leaseMs: number;
  config: TransportConfig;
  /** No request before this instant of the database's clock. */
  blockedUntil: number;
  /** Requests that have been sent and not answered. */
  inFlight = 0;
  /** Monotonic (performance.now()). */
  readonly heldSince: number;
  /** Earlier holders have crashed: see careful-mode. */
  readonly isCareful: boolean;
  /** Outcomes recorded since it was taken, as long as it is run carefully. */
  #recordedCarefully = 0;
  readonly #ended: EndedCount;
  #health: TransportHealth;
  /** When the run of failures began as far as it is in the database, and since when that is known (monotonic). */
  #recordedRun: { readonly failingSince: number | null; readonly at: number };
  #rate: RateWindow | undefined;

  /** Monotonic (performance.now()): the lease is ours at least until then. */
  #leaseEndsAt: number;
  /** Monotonic: when the configuration was last found to be current, or was read. */
  #checkedAt: number;
  #ready: QueuedDelivery[] = [];
  #readyFrom = 0;
  /** Ids of deliveries that are ready, in flight, or answered and not recorded. */
  readonly #inHand = new Set<number>();

  #cursor: LaneCursor = HEAD;
  #scanVersion: number | undefined;
  #scanEnded = false;
  #told = true;
  #nextDueAt: number | null = null;
  #reading = false;
  #releasing = false;
  #yielding = false;
  /** Recorded while a read was under way: its snapshot may still show them. */
  readonly #recordedMeanwhile = new Set<number>();
  /** The earliest retry among them: the snapshot may not show it yet. */
  #redatedMeanwhile: number | null = null;
  /** The lane's version when `config` was found to be the current configuration. */
  #configSeenAtVersion: number | undefined;

  /** @param takenAt performance.now() before the query that took the lane was sent */
  constructor(
    taken: TakenLane,
    config: TransportConfig,
    takenAt: number,
    private readonly policy: HealthPolicy,
  ) {
    this.transportId = taken.transportId;
    this.tenantUid = taken.transport.tenantUid;
    this.leaseToken = taken.leaseToken;
    this.leaseMs = taken.leaseMs;
    this.blockedUntil = taken.blockedUntil;
    this.config = config;
    this.heldSince = takenAt;
    this.#checkedAt = takenAt;
    this.isCareful = isRunCarefully(taken.crashes);
    this.#ended = new EndedCount(taken.ended, takenAt);
    this.#health = {
      failingSince: config.failingSince,
      consecutiveFailures: taken.consecutiveFailures,
      circuitOpenedAt: null,
    };
    this.#recordedRun = { failingSince: config.failingSince, at: takenAt };
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, taken.rate);
    this.#leaseEndsAt = takenAt + taken.leaseMs;
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** When the present run of failures began, ms since the epoch; null: the last attempt was delivered. */
  get failingSince(): number | null {
    return this.#health.failingSince;
  }

  get readyCount(): number {
    return this.#ready.length - this.#readyFrom;
  }

  /** Whether a request may start now. `monotonicNow` is performance.now(), `now` the database's clock. */
  maySend(monotonicNow: number, now: number): boolean {
    return (
      this.readyCount > 0 &&
      this.inFlight < this.#cap &&
      this.mayStillSend(monotonicNow, now) &&
      (this.#rate === undefined || this.#rate.nextAt(now) <= now)
    );
  }

  /** Whether a request that `maySend` has let go may still start, after whatever was waited for. */
  mayStillSend(monotonicNow: number, now: number): boolean {
    return (
      this.#isOpen(now) &&
      this.coversAttempt(monotonicNow) &&
      monotonicNow - this.#checkedAt <= CHECK_LASTS_MS
    );
  }

  /** When the rate limit lets the next ready delivery go, in ms from now; undefined: it is not what it waits for. */
  rateDelayMs(now: number): number | undefined {
    if (!this.#rate || this.readyCount === 0 || !this.#isOpen(now)) return undefined;
    const delay = this.#rate.nextAt(now) - now;
    return delay > 0 ? delay : undefined;
  }

  /** Whether the lease leaves room for a whole attempt: nobody else will send for this lane before it has ended. */
  coversAttempt(monotonicNow: number): boolean {
    return monotonicNow + this.config.timeoutMs + LEASE_MARGIN_MS <= this.#leaseEndsAt;
  }

  /** The next ready delivery must be sent while no other suspect is. */
  get nextIsSuspect(): boolean {
    const next = this.#ready[this.#readyFrom];
    return this.isCareful && next !== undefined && isSuspect(next);
  }

  /** What it uses of its rate limit must be written down before it is used: the next holder has to know, also of one that dies. */
  get isRateLimited(): boolean {
    return this.#rate !== undefined;
  }

  /** The next ready delivery, which from now on is in flight. */
  next(now: number): QueuedDelivery {
    this.#rate?.sent(now);
    const delivery = this.#ready[this.#readyFrom++]!;
    if (this.#readyFrom > MOST_READ_AHEAD) this.#compact();
    this.inFlight++;
    return delivery;
  }

  answered(): void {
    this.inFlight--;
  }

  /**
   * Draws the consequences of an attempt for the whole transport, at once for this process.
   *
   * @returns what has to be written about the transport; undefined: nothing has changed
   */
  learn(concluded: ConcludedAttempt, now: number, random: number): TransportRecord | undefined {
    const { outcome, record } = concluded;
    if (!concluded.isReceivers) return undefined;
    const before = this.#health;
    const sign = { failed: outcome.kind !== 'delivered', startedAt: record.startedAt, nowMs: now, random };
    const { health, openUntil, shouldDisable } = afterAttempt(before, sign, this.policy);
    this.#health = health;

    const blockedUntil = Math.max(concluded.blockedUntil ?? 0, openUntil ?? 0) || null;
    if (blockedUntil !== null) this.blockedUntil = Math.max(this.blockedUntil, blockedUntil);
    const disabledReason =
      outcome.kind === 'failed' && outcome.disable ? outcome.disable : shouldDisable ? 'FAILING' : undefined;
    if (disabledReason !== undefined) this.config = { ...this.config, state: 'DISABLED' };

    const failingChanged = health.failingSince !== before.failingSince;
    if (blockedUntil === null && disabledReason === undefined && !failingChanged) return undefined;
    return {
      transportId: this.transportId,
      blockedUntil,
      consecutiveFailures: health.consecutiveFailures,
      ...(failingChanged && { failingSince: health.failingSince }),
      ...(disabledReason !== undefined && { disabledReason }),
    };
  }

  /** What `learn` had to say is in the database. @param at performance.now() */
  learnedIsRecorded({ failingSince }: TransportRecord, at: number): void {
    if (failingSince !== undefined) this.#recordedRun = { failingSince, at };
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
    if (this.isCareful) this.#survived();
  }

  /** A delivery that was recorded has left the queue. */
  ended(): void {
    this.#ended.add();
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Work was added, or may have been. */
  told(): void {
    this.#told = true;
  }

  /** What to read next, when the lane runs low; call `accept` with the answer or `readFailed`. */
  nextRead(now: number): LaneReadRequest | undefined {
    if (
      this.#reading ||
      this.#releasing ||
      this.#yielding ||
      !this.#isOpen(now) ||
      this.readyCount >= this.#readAhead / 2
    )
      return undefined;
    if (this.#scanEnded && !this.#told && (this.#nextDueAt === null || this.#nextDueAt > now))
      return undefined;
    if (this.#scanEnded || this.#scanVersion === undefined) this.#restartScan();
    this.#reading = true;
    // A scan from the head meets again what is in hand.
    const again = this.#cursor === HEAD ? this.#inHand.size : 0;
    return { transportId: this.transportId, after: this.#cursor, limit: this.#readAhead + again };
  }

  /**
   * Takes in what was read.
   *
   * @param limit as it was asked for
   * @returns what is in hand from now on without being sent
   */
  accept(reading: LaneReading, limit: number): UnsentRows {
    this.#reading = false;
    this.#scanVersion ??= reading.version;
    this.#nextDueAt = earlier(reading.nextDueAt, this.#redatedMeanwhile);
    this.#scanEnded = reading.rows.length < limit;
    const last = reading.rows.at(-1);
    if (last) this.#cursor = { dueAt: last.dueAt, deliveryId: last.deliveryId };
    if (this.#isPassed(this.#redatedMeanwhile)) this.#told = true;

    const unsent: UnsentRows = { behind: [], condemned: [] };
    for (const row of reading.rows) {
      if (this.#inHand.has(row.deliveryId) || this.#recordedMeanwhile.has(row.deliveryId)) continue;
      if (row.behind) unsent.behind.push(row);
      else if (this.isCareful && isCondemned(row)) unsent.condemned.push(row);
      else this.#ready.push(row);
      this.#inHand.add(row.deliveryId);
    }
    this.#forgetMeanwhile();
    return unsent;
  }

  readFailed(): void {
    this.#reading = false;
    this.#forgetMeanwhile();
    this.#restartScan();
    this.#told = true;
  }

  // ── lease ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the lease should be extended, since a third of it has gone, or what has ended is to be told. */
  needsRenewal(monotonicNow: number): boolean {
    return this.#leaseEndsAt - monotonicNow < (this.leaseMs * 2) / 3 || this.#ended.isDue(monotonicNow);
  }

  renewal(now: number): LaneRenewal {
    return { ...this.#handover(now), leaseMs: this.leaseMs };
  }

  /**
   * @param askedAt performance.now() before the query was sent
   * @param ended as it was written
   */
  renewed(askedAt: number, ended = this.#ended.total): void {
    this.#leaseEndsAt = askedAt + this.leaseMs;
    this.#ended.told(ended, askedAt);
  }

  /**
   * The lease ran out and this process itself took the lane again: what is in hand stays in hand.
   *
   * @returns false for a lane that was being given back, or that somebody else has held meanwhile: it is another one now
   */
  retaken({ leaseToken, leaseMs, ended }: TakenLane, takenAt: number): boolean {
    if (this.#releasing || leaseToken !== this.leaseToken + 1) return false;
    this.leaseToken = leaseToken;
    this.#ended.raise(ended);
    this.#leaseEndsAt = takenAt + leaseMs;
    this.#told = true;
    return true;
  }

  /**
   * Takes over a new configuration. A longer time-out wants a longer lease, see `needsRenewal`.
   *
   * @param askedAt performance.now() before the database was asked for it
   */
  configure(config: TransportConfig, now: number, askedAt: number): void {
    const rate = this.#rate?.state(now) ?? NO_RATE;
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, rate);
    if (this.#wasEnabled(config, askedAt)) this.#startAfresh();
    if (askedAt >= this.#recordedRun.at)
      this.#recordedRun = { failingSince: config.failingSince, at: askedAt };
    this.config = config;
    this.leaseMs = Math.max(this.leaseMs, 2 * config.timeoutMs + 2_000);
  }

  /** `config` is what the database had at this moment. @param askedAt performance.now() before it was asked */
  confirmed(askedAt: number): void {
    this.#checkedAt = askedAt;
  }

  /** The lane's state in the database. True: `config` is out of date and has to be read. */
  checked(version: number, transportVersion: number): boolean {
    if (this.#scanVersion !== undefined && version > this.#scanVersion) this.#told = true;
    const isCurrent = transportVersion === this.config.version;
    if (isCurrent) this.#configSeenAtVersion = version;
    return !isCurrent;
  }

  /**
   * How to give the lane back, when nothing is in hand and there is nothing to do; undefined: keep it. It is not
   * read any more, unless `kept` says that the database would not have it.
   */
  release(now: number): LaneRelease | undefined {
    const release = this.#releasing ? undefined : this.#releaseNow(now);
    if (release) this.#releasing = true;
    return release;
  }

  /** Giving it back has failed: most often since work was added. */
  kept(): void {
    this.#releasing = false;
    this.#told = true;
  }

  /** Nobody knows whether it was given back: nothing is sent before a renewal has shown that it is still ours. */
  doubted(): void {
    this.kept();
    this.#leaseEndsAt = -Infinity;
  }

  #releaseNow(now: number): LaneRelease | undefined {
    if (this.#reading) return undefined;
    if (!this.#isOpen(now) || this.#yielding) this.#dropReady();
    if (this.#inHand.size > 0) return undefined;
    const lane = this.#handover(now);
    if (this.#yielding)
      return { ...lane, version: null, dueAt: Math.max(now, this.blockedUntil), isEmpty: false };
    if (this.config.state !== 'ACTIVE') {
      // Whoever activates it tells the lane: the version must be one at which the configuration was looked at.
      return this.#configSeenAtVersion === undefined
        ? undefined
        : { ...lane, version: this.#configSeenAtVersion, dueAt: null, isEmpty: false };
    }
    if (this.blockedUntil > now) return { ...lane, version: null, dueAt: this.blockedUntil, isEmpty: false };
    if (this.#told || !this.#scanEnded || this.#scanVersion === undefined) return undefined;
    if (this.#nextDueAt !== null && this.#nextDueAt <= now) return undefined;
    const dueAt = this.#nextDueAt;
    return { ...lane, version: this.#scanVersion, dueAt, isEmpty: dueAt === null };
  }

  /** Gives up what has not been sent. @returns how to give the lane back once nothing is in flight */
  abandon(now: number): LaneRelease {
    this.yield();
    this.#dropReady();
    return { ...this.#handover(now), version: null, dueAt: now, isEmpty: false };
  }

  /** Somebody else should have it: nothing more is read or sent, and it is given back as soon as nothing is in hand. */
  yield(): void {
    this.#yielding = true;
  }

  #handover(now: number): HeldLane & LaneState {
    return {
      transportId: this.transportId,
      leaseToken: this.leaseToken,
      consecutiveFailures: this.#health.consecutiveFailures,
      ended: this.#ended.total,
      rate: this.#rate?.state(now) ?? NO_RATE,
    };
  }

  /**
   * Whether somebody has enabled the transport. If it was disabled and enabled between two looks, what shows it is that
   * the run of failures that goes on here, and was in the database, is there no more.
   */
  #wasEnabled({ state, failingSince }: TransportConfig, askedAt: number): boolean {
    if (this.config.state === 'DISABLED') return state === 'ACTIVE';
    const here = this.#health.failingSince;
    const { failingSince: recorded, at } = this.#recordedRun;
    return here !== null && here === recorded && at <= askedAt && failingSince === null;
  }

  /** Somebody has enabled the transport: past failures and waits count no more, here as in the database. */
  #startAfresh(): void {
    this.#health = { failingSince: null, consecutiveFailures: 0, circuitOpenedAt: null };
    this.blockedUntil = 0;
  }

  get #cap(): number {
    return isProbing(this.#health, this.policy) ? 1 : this.config.maxConcurrency;
  }

  /**
   * The cause of the crashes was among what was under way then, at the head of the lane and never more than its cap. When so many
   * have an outcome it is behind us: a clean release ends the careful mode.
   */
  #survived(): void {
    this.#recordedCarefully++;
    if (this.#recordedCarefully >= this.config.maxConcurrency && !this.nextIsSuspect) this.yield();
  }

  #forgetMeanwhile(): void {
    this.#recordedMeanwhile.clear();
    this.#redatedMeanwhile = null;
  }

  #isOpen(now: number): boolean {
    return this.config.state === 'ACTIVE' && !this.#yielding && this.blockedUntil <= now;
  }

  /** Whether the scan has gone past this date, so that only another one finds a delivery with it. */
  #isPassed(dueAt: number | null): boolean {
    return dueAt !== null && dueAt <= this.#cursor.dueAt;
  }

  get #readAhead(): number {
    const wanted = this.config.maxConcurrency * READ_AHEAD_FACTOR;
    return Math.min(Math.max(wanted, LEAST_READ_AHEAD), MOST_READ_AHEAD);
  }

  #restartScan(): void {
    this.#cursor = HEAD;
    this.#scanVersion = undefined;
    this.#scanEnded = false;
    this.#told = false;
  }

  #dropReady(): void {
    for (let index = this.#readyFrom; index < this.#ready.length; index++) {
      this.#inHand.delete(this.#ready[index]!.deliveryId);
    }
    if (this.readyCount > 0) this.#told = true;
    this.#ready = [];
    this.#readyFrom = 0;
  }

  #compact(): void {
    this.#ready = this.#ready.slice(this.#readyFrom);
    this.#readyFrom = 0;
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
