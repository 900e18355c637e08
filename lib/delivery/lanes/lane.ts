import type {
  HeldLane,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneRenewal,
  LaneState,
  QueuedDelivery,
  TakenLane,
} from '../persistence/lane-store.js';
import { RateWindow, type RateState } from '../domain/rate-window.js';
import type { HealthPolicy } from '../domain/transport-health.js';
import type { TransportRecord } from '../persistence/record-store.js';
import type { ConcludedAttempt } from './attempt.js';
import { isCondemned, isRunCarefully, isSuspect } from './careful-mode.js';
import { EndedCount } from './ended-count.js';
import { LaneHealth } from './lane-health.js';
import { LaneLease } from './lane-lease.js';
import { LaneScan, type UnsentRows } from './lane-scan.js';
import type { TransportConfig } from './transport-config.js';

const NO_RATE: RateState = { used: 0, usedUntil: 0 };
/** Rows a lane keeps ready, as a multiple of the requests it may have in flight, within bounds. */
const READ_AHEAD_FACTOR = 8;
const LEAST_READ_AHEAD = 16;
const MOST_READ_AHEAD = 512;
/** How long a look at the lane's configuration counts: a pause takes effect within a second, also when the database stalls. */
const CHECK_LASTS_MS = 900;

/**
 * A lane this process holds: what may be sent of it, what should be read into it, and when it can be given back. All
 * state, no I/O.
 */
export class Lane {
  readonly transportId: number;
  readonly tenantUid: string;
  config: TransportConfig;
  /** Requests that have been sent and not answered. */
  inFlight = 0;
  /** Monotonic (performance.now()). */
  readonly heldSince: number;
  /** Earlier holders have crashed: see careful-mode. */
  readonly isCareful: boolean;
  /** Outcomes recorded since it was taken, as long as it is run carefully. */
  #recordedCarefully = 0;
  readonly #scan = new LaneScan();
  readonly #lease: LaneLease;
  readonly #health: LaneHealth;
  readonly #ended: EndedCount;
  #rate: RateWindow | undefined;
  /** Monotonic: when the configuration was last found to be current, or was read. */
  #checkedAt: number;
  /** The lane's version when `config` was found to be the current configuration. */
  #configSeenAtVersion: number | undefined;
  #releasing = false;
  #yielding = false;
  readonly #isCondemned = (row: QueuedDelivery): boolean => this.isCareful && isCondemned(row);

  /** @param takenAt performance.now() before the query that took the lane was sent */
  constructor(taken: TakenLane, config: TransportConfig, takenAt: number, policy: HealthPolicy) {
    const { consecutiveFailures, blockedUntil } = taken;
    this.transportId = taken.transportId;
    this.tenantUid = taken.transport.tenantUid;
    this.config = config;
    this.heldSince = takenAt;
    this.isCareful = isRunCarefully(taken.crashes);
    this.#lease = new LaneLease(taken.leaseToken, taken.leaseMs, takenAt);
    const known = { failingSince: config.failingSince, consecutiveFailures, blockedUntil };
    this.#health = new LaneHealth(known, takenAt, policy);
    this.#ended = new EndedCount(taken.ended, takenAt);
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, taken.rate);
    this.#checkedAt = takenAt;
  }

  get leaseToken(): number {
    return this.#lease.token;
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** When the present run of failures began, ms since the epoch; null: the last attempt was delivered. */
  get failingSince(): number | null {
    return this.#health.failingSince;
  }

  get readyCount(): number {
    return this.#scan.readyCount;
  }

  /** Whether a request may start now. `monotonicNow` is performance.now(), `now` the database's clock. */
  maySend(monotonicNow: number, now: number): boolean {
    return (
      this.#scan.readyCount > 0 &&
      this.inFlight < (this.#health.isProbing ? 1 : this.config.maxConcurrency) &&
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
    if (!this.#rate || this.#scan.readyCount === 0 || !this.#isOpen(now)) return undefined;
    const delay = this.#rate.nextAt(now) - now;
    return delay > 0 ? delay : undefined;
  }

  /** Whether the lease leaves room for a whole attempt. */
  coversAttempt(monotonicNow: number): boolean {
    return this.#lease.covers(this.config.timeoutMs, monotonicNow);
  }

  /** The next ready delivery must be sent while no other suspect is. */
  get nextIsSuspect(): boolean {
    const next = this.isCareful ? this.#scan.first : undefined;
    return next !== undefined && isSuspect(next);
  }

  /** What it uses of its rate limit must be written down before it is used: the next holder has to know, also of one that dies. */
  get isRateLimited(): boolean {
    return this.#rate !== undefined;
  }

  /** The next ready delivery, which from now on is in flight. */
  next(now: number): QueuedDelivery {
    this.#rate?.sent(now);
    this.inFlight++;
    return this.#scan.take();
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
    const learned = this.#health.learn(concluded, now, random);
    if (learned?.disabledReason !== undefined) this.config = { ...this.config, state: 'DISABLED' };
    return learned;
  }

  /** What `learn` had to say is in the database. @param at performance.now() */
  learnedIsRecorded(learned: TransportRecord, at: number): void {
    this.#health.recorded(learned, at);
  }

  /** Nothing came of an attempt and nothing is written about it: the delivery is due as before. */
  returned(delivery: QueuedDelivery): void {
    this.#scan.returned(delivery);
  }

  /** The outcome is in the database (or was given up): the delivery is out of hand. */
  recorded(delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.#scan.recorded(delivery, nextDueAt);
    if (this.isCareful) this.#survived();
  }

  /** A delivery that was recorded has left the queue. */
  ended(): void {
    this.#ended.add();
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Work was added, or may have been. */
  told(): void {
    this.#scan.tell();
  }

  /** What to read next, when the lane runs low; call `accept` with the answer or `readFailed`. */
  nextRead(now: number): LaneReadRequest | undefined {
    if (this.#scan.isReading || this.#releasing || !this.#isOpen(now)) return undefined;
    const wanted = this.config.maxConcurrency * READ_AHEAD_FACTOR;
    const readAhead = Math.min(Math.max(wanted, LEAST_READ_AHEAD), MOST_READ_AHEAD);
    if (this.#scan.readyCount >= readAhead / 2) return undefined;
    return this.#scan.nextRead(this.transportId, now, readAhead);
  }

  /**
   * Takes in what was read.
   *
   * @param limit as it was asked for
   * @returns what is in hand from now on without being sent
   */
  accept(reading: LaneReading, limit: number): UnsentRows {
    return this.#scan.accept(reading, limit, this.#isCondemned);
  }

  readFailed(): void {
    this.#scan.failed();
  }

  // ── holding ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the lease should be extended, or what has ended is to be told. */
  needsRenewal(monotonicNow: number): boolean {
    return this.#lease.needsRenewal(monotonicNow) || this.#ended.isDue(monotonicNow);
  }

  renewal(now: number): LaneRenewal {
    return { ...this.#handover(now), leaseMs: this.#lease.lastsMs };
  }

  /**
   * @param askedAt performance.now() before the query was sent
   * @param ended as it was written
   */
  renewed(askedAt: number, ended = this.#ended.total): void {
    this.#lease.renewed(askedAt);
    this.#ended.told(ended, askedAt);
  }

  /**
   * The lease ran out and this process itself took the lane again: what is in hand stays in hand.
   *
   * @returns false for a lane that was being given back, or that somebody else has held meanwhile: it is another one now
   */
  retaken({ leaseToken, leaseMs, ended }: TakenLane, takenAt: number): boolean {
    if (this.#releasing || !this.#lease.retaken(leaseToken, leaseMs, takenAt)) return false;
    this.#ended.raise(ended);
    this.#scan.tell();
    return true;
  }

  /**
   * Takes over a new configuration.
   *
   * @param askedAt performance.now() before the database was asked for it
   */
  configure(config: TransportConfig, now: number, askedAt: number): void {
    const rate = this.#rate?.state(now) ?? NO_RATE;
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, rate);
    this.#health.reconsider(this.config, config, askedAt);
    this.#lease.coverFromNowOn(config.timeoutMs);
    this.config = config;
  }

  /** `config` is what the database had at this moment. @param askedAt performance.now() before it was asked */
  confirmed(askedAt: number): void {
    this.#checkedAt = askedAt;
  }

  /** The lane's state in the database. True: `config` is out of date and has to be read. */
  checked(version: number, transportVersion: number): boolean {
    this.#scan.tellOf(version);
    const isCurrent = transportVersion === this.config.version;
    if (isCurrent) this.#configSeenAtVersion = version;
    return !isCurrent;
  }

  // ── giving back ──────────────────────────────────────────────────────────────────────────────────────────────

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
    this.#scan.tell();
  }

  /** Nobody knows whether it was given back: nothing is sent before a renewal has shown that it is still ours. */
  doubted(): void {
    this.kept();
    this.#lease.doubt();
  }

  /** Gives up what has not been sent. @returns how to give the lane back once nothing is in flight */
  abandon(now: number): LaneRelease {
    this.yield();
    this.#scan.dropReady();
    return { ...this.#handover(now), version: null, dueAt: now, isEmpty: false };
  }

  /** Somebody else should have it: nothing more is read or sent, and it is given back as soon as nothing is in hand. */
  yield(): void {
    this.#yielding = true;
  }

  #releaseNow(now: number): LaneRelease | undefined {
    if (this.#scan.isReading) return undefined;
    if (!this.#isOpen(now)) this.#scan.dropReady();
    if (!this.#scan.holdsNothing) return undefined;
    const { blockedUntil } = this.#health;
    const lane = this.#handover(now);
    if (this.#yielding) return { ...lane, version: null, dueAt: Math.max(now, blockedUntil), isEmpty: false };
    if (this.config.state !== 'ACTIVE') {
      // Whoever activates it tells the lane: the version must be one at which the configuration was looked at.
      return this.#configSeenAtVersion === undefined
        ? undefined
        : { ...lane, version: this.#configSeenAtVersion, dueAt: null, isEmpty: false };
    }
    if (blockedUntil > now) return { ...lane, version: null, dueAt: blockedUntil, isEmpty: false };
    const scanned = this.#scan.result(now);
    return scanned && { ...lane, ...scanned, isEmpty: scanned.dueAt === null };
  }

  #handover(now: number): HeldLane & LaneState {
    return {
      transportId: this.transportId,
      leaseToken: this.#lease.token,
      consecutiveFailures: this.#health.consecutiveFailures,
      ended: this.#ended.total,
      rate: this.#rate?.state(now) ?? NO_RATE,
    };
  }

  /**
   * The cause of the crashes was among what was under way then, at the head of the lane and never more than its cap. When so many
   * have an outcome it is behind us: a clean release ends the careful mode.
   */
  #survived(): void {
    this.#recordedCarefully++;
    if (this.#recordedCarefully >= this.config.maxConcurrency && !this.nextIsSuspect) this.yield();
  }

  #isOpen(now: number): boolean {
    return this.config.state === 'ACTIVE' && !this.#yielding && this.#health.blockedUntil <= now;
  }
}
