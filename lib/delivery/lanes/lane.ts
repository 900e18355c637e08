import type {
  ClaimedLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneRenewal,
  QueuedDelivery,
} from '../../persistence/ports/lane-store.js';
import type { RequestReading, RequestReadRequest } from '../../persistence/ports/request-store.js';
import { RateWindow, type RateState } from '../../domain/rate-window.js';
import type { HealthPolicy } from '../../domain/transport-health.js';
import type { TransportRecord } from '../../persistence/ports/record-store.js';
import type { HealthView } from '../sending/attempt-notifications.js';
import type { ConcludedAttempt } from '../sending/attempt.js';
import { originOf, type TransportConfig } from '../sending/transport-config.js';
import { LaneHealth } from './lane-health.js';
import { LaneLease } from './lane-lease.js';
import { LaneQuarantine } from './lane-quarantine.js';
import { LaneScan, type RequestedRows, type RowJudge, type UnsentRows } from './lane-scan.js';
import { LaneStateMachine, type LaneState } from './lane-state.js';
import { releaseTerms } from './release-terms.js';

const NO_RATE: RateState = { used: 0, usedUntil: 0 };
/** Number of rows that a lane keeps ready, as a multiple of `maxConcurrency`, within the bounds below. */
const READ_AHEAD_FACTOR = 8;
const LEAST_READ_AHEAD = 16;
const MOST_READ_AHEAD = 512;
/** How long a check of the lane is valid, in ms: a pause takes effect within a second, even if the database stops responding. */
const CHECK_LASTS_MS = 900;

/** The versions of a lane that its holder compares with what it knows. */
export type LaneVersions = Pick<LaneCheck, 'version' | 'requestsVersion' | 'transportVersion'>;

/** The present instant on two clocks: the `ElapsedClock`, and the database's clock (ms since the epoch). */
export interface Clocks {
  readonly elapsed: number;
  readonly now: number;
}

/**
 * A lane that this process holds: what may be sent, what should be read, and when it can be released. State only, no I/O. Its
 * states are described in `lane-state.ts`, and quarantine mode in `lane-quarantine.ts`.
 */
export class Lane {
  readonly transportId: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  config: TransportConfig;
  /** Number of requests that were sent and have no response yet. */
  inFlight = 0;
  /** When the lane was claimed, on the elapsed clock. */
  readonly heldSince: number;
  readonly #stateMachine = new LaneStateMachine();
  readonly #quarantine: LaneQuarantine;
  readonly #scan: LaneScan;
  readonly #lease: LaneLease;
  readonly #health: LaneHealth;
  #rate: RateWindow | undefined;
  /** On the elapsed clock: when the lane and its configuration were last found to be current. */
  #checkedAt: number;
  readonly #hasCrashed: RowJudge['hasCrashed'] = (row) => this.#quarantine.hasCrashed(row);

  /** @param claimedAt on the elapsed clock, before the query that claimed the lane was sent */
  constructor(claimed: ClaimedLane, config: TransportConfig, claimedAt: number, policy: HealthPolicy) {
    const { consecutiveFailures, blockedUntil, leaseToken, crashes } = claimed;
    this.transportId = claimed.transportId;
    this.tenantUid = claimed.transport.tenantUid;
    this.httpTransportUid = claimed.transport.httpTransportUid;
    this.config = config;
    this.heldSince = claimedAt;
    this.#quarantine = new LaneQuarantine(crashes, leaseToken);
    this.#scan = new LaneScan(claimed.scanFrom, claimedAt, claimed.requestsVersion);
    this.#lease = new LaneLease(leaseToken, claimed.leaseMs, claimedAt);
    const known = { failingSince: config.failingSince, consecutiveFailures, blockedUntil };
    this.#health = new LaneHealth(known, claimedAt, policy);
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, claimed.rate);
    this.#checkedAt = claimedAt;
  }

  get state(): LaneState {
    return this.#stateMachine.state;
  }

  get leaseToken(): number {
    return this.#lease.token;
  }

  /** Origin that the lane sends to at present; '': it cannot send as it is configured. */
  get origin(): string {
    return originOf(this.config);
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** When the present run of failures began, ms since the epoch; null: the last attempt was delivered. */
  get failingSince(): number | null {
    return this.#health.failingSince;
  }

  /** For notifications. */
  get health(): HealthView {
    const { failingSince, isProbing: isCircuitOpen } = this.#health;
    return { failingSince, isCircuitOpen, isDisabled: this.config.state === 'DISABLED' };
  }

  get readyCount(): number {
    return this.#scan.readyCount;
  }

  /** Whether a request may start now. */
  maySend(clocks: Clocks): boolean {
    return (
      this.#scan.readyCount > 0 &&
      this.inFlight <
        (this.#health.isProbing || this.#quarantine.isActive ? 1 : this.config.maxConcurrency) &&
      this.#scan.asideCount < this.config.maxConcurrency &&
      this.mayStillSend(clocks) &&
      (this.#rate === undefined || this.#rate.nextAt(clocks.now) <= clocks.now)
    );
  }

  /** Whether a request that `maySend` has allowed may still start after an asynchronous step. */
  mayStillSend({ elapsed, now }: Clocks): boolean {
    return this.#isOpen(now) && this.coversAttempt(elapsed) && elapsed - this.#checkedAt <= CHECK_LASTS_MS;
  }

  /** When the rate limit allows the next ready delivery, in ms from now; undefined: the rate limit does not delay it. */
  rateDelayMs(now: number): number | undefined {
    if (!this.#rate || this.#scan.readyCount === 0 || !this.#isOpen(now)) return undefined;
    const delay = this.#rate.nextAt(now) - now;
    return delay > 0 ? delay : undefined;
  }

  /** Whether the lease leaves time for a whole attempt. */
  coversAttempt(elapsed: number): boolean {
    return this.#lease.covers(this.config.timeoutMs, elapsed);
  }

  /**
   * Whether the transport has a rate limit. If so, its usage must be in the database before a request starts, because the
   * next holder needs it, also after a crash.
   */
  get isRateLimited(): boolean {
    return this.#rate !== undefined;
  }

  /** Whether the delivery has to be noted before it is sent, since it may be a poison delivery. */
  mustNote(delivery: QueuedDelivery): boolean {
    return this.#quarantine.mustNote(delivery);
  }

  /** Takes the next ready delivery, which is in flight from now on. */
  next(now: number): QueuedDelivery {
    this.#rate?.sent(now);
    this.inFlight++;
    return this.#scan.take();
  }

  /** A request has ended, or did not start. */
  settled(): void {
    this.inFlight--;
  }

  /**
   * Applies the consequences of an attempt to the whole transport, at once for this process.
   *
   * @returns the change of the transport to write; undefined: nothing has changed
   */
  learn(concluded: ConcludedAttempt, now: number, random: number): TransportRecord | undefined {
    const learned = this.#health.learn(concluded, now, random);
    if (learned?.disabledReason !== undefined) this.config = { ...this.config, state: 'DISABLED' };
    return learned && { ...learned, leaseToken: this.#lease.token };
  }

  /** The result of `learn` is in the database. @param at on the elapsed clock */
  learnedIsRecorded(learned: TransportRecord, at: number): void {
    this.#health.recorded(learned, at);
  }

  /** An attempt did not take place or was aborted, and nothing is recorded: the delivery is due as before. */
  returned(delivery: QueuedDelivery): void {
    this.#scan.returned(delivery);
  }

  /**
   * The outcome of a delivery cannot be recorded for now. That does not keep the lane from being released. If there are
   * `maxConcurrency` such deliveries, the lane sends nothing more: each of them would be sent again after a crash.
   */
  setAside(delivery: QueuedDelivery): void {
    this.#scan.setAside(delivery);
  }

  /** The outcome is in the database: the delivery is no longer in hand. */
  recorded(delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.#scan.recorded(delivery, nextDueAt);
    if (this.#quarantine.recorded(this.config.maxConcurrency)) this.drain();
  }

  /** The delivery could not be attempted. It is due again later, and a request for its redelivery waits until then. */
  postponed(delivery: QueuedDelivery, nextDueAt: number): void {
    this.#scan.postponed(delivery, nextDueAt);
    if (this.#quarantine.recorded(this.config.maxConcurrency)) this.drain();
  }

  /** The delivery was parked, unless its predecessor had ended by then. */
  parked(delivery: QueuedDelivery): void {
    this.#scan.parked(delivery);
  }

  /** The outcome changed nothing, since somebody else has changed the delivery's row: it may be due at any time. */
  orphaned(delivery: QueuedDelivery): void {
    this.#scan.orphaned(delivery);
  }

  /** Whether the delivery is ready, in flight, or awaiting its record. */
  hasInHand(delivery: QueuedDelivery): boolean {
    return this.#scan.hasInHand(delivery);
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Work was added, or may have been. */
  notifyWorkAdded(): void {
    this.#scan.notifyWorkAdded();
  }

  /** Whether work was added, or may have been, since the last scan began. */
  get isNotified(): boolean {
    return this.#scan.isNotified;
  }

  /** Whether the next read may be slow (see `LaneScan`). */
  repeatsFromHead(elapsed: number): boolean {
    return this.#scan.repeatsFromHead(elapsed);
  }

  /**
   * The next read, if the lane runs low. Call `acceptRows` with its result, or `readFailed`.
   *
   * @returns undefined: nothing is to be read now
   */
  nextRead({ elapsed, now }: Clocks): LaneReadRequest | undefined {
    if (this.#scan.isReading || !this.#isOpen(now)) return undefined;
    const wanted = this.config.maxConcurrency * READ_AHEAD_FACTOR;
    const readAhead = Math.min(Math.max(wanted, LEAST_READ_AHEAD), MOST_READ_AHEAD);
    if (this.#scan.readyCount >= readAhead / 2 || this.#scan.parkingCount >= readAhead) return undefined;
    return this.#scan.nextRead(this.transportId, now, elapsed, readAhead);
  }

  /**
   * Accepts the rows that were read.
   *
   * @param limit as it was requested
   * @param readAt the instant up to which due rows were read
   * @param isUnrecorded whether this process has sent a row and could not record its outcome yet
   * @returns rows that are in hand from now on and must not be sent
   */
  acceptRows(
    reading: LaneReading,
    limit: number,
    readAt: number,
    isUnrecorded: RowJudge['isUnrecorded'],
  ): UnsentRows {
    return this.#scan.acceptRows(reading, limit, readAt, { hasCrashed: this.#hasCrashed, isUnrecorded });
  }

  /** Whether requests for redeliveries have to be read. */
  get hasRequests(): boolean {
    return this.#scan.hasRequests;
  }

  /**
   * The next read of requested deliveries. Call `acceptRequests` with its result, or `requestsFailed`.
   *
   * @returns undefined: none is to be read now
   */
  nextRequests({ now }: Clocks): RequestReadRequest | undefined {
    return this.#isOpen(now) ? this.#scan.nextRequests(this.transportId) : undefined;
  }

  /**
   * Accepts requested deliveries that were read.
   *
   * @param isUnrecorded whether this process has sent a row and could not record its outcome yet
   * @returns rows that are in hand from now on and must not be sent, and whether no request is left
   */
  acceptRequests(reading: RequestReading, isUnrecorded: RowJudge['isUnrecorded']): RequestedRows {
    return this.#scan.acceptRequests(reading, { hasCrashed: this.#hasCrashed, isUnrecorded });
  }

  requestsFailed(): void {
    this.#scan.requestsFailed();
  }

  readFailed(): void {
    this.#scan.failed();
  }

  // ── holding ──────────────────────────────────────────────────────────────────────────────────────────────────

  needsRenewal(elapsed: number): boolean {
    return this.#lease.needsRenewal(elapsed);
  }

  renewal(now: number): LaneRenewal {
    return { ...this.#handover(now), leaseMs: this.#lease.lastsMs };
  }

  /** @param askedAt on the elapsed clock, before the query was sent */
  renewed(askedAt: number): void {
    this.#lease.renewed(askedAt);
  }

  /**
   * Applies a new configuration.
   *
   * @param askedAt on the elapsed clock, before the query was sent
   */
  configure(config: TransportConfig, now: number, askedAt: number): void {
    const rate = this.#rate?.state(now) ?? NO_RATE;
    this.#rate = config.rateLimit && new RateWindow(config.rateLimit, rate);
    this.#health.reconsider(this.config, config, askedAt);
    this.#lease.coverFromNowOn(config.timeoutMs);
    this.config = config;
  }

  /** The lane is still held and its configuration is current. @param askedAt on the elapsed clock, before the query was sent */
  confirmed(askedAt: number): void {
    this.#checkedAt = askedAt;
  }

  /** Compares the lane with its versions in the database. @returns whether `config` is outdated and has to be read */
  checked({ version, requestsVersion, transportVersion }: LaneVersions): boolean {
    this.#scan.noticeVersion(version, requestsVersion);
    return transportVersion !== this.config.version;
  }

  // ── releasing ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Stops reading and sending, so that the lane is released once nothing of it is in flight. */
  drain(): void {
    this.#stateMachine.drain();
  }

  /**
   * Begins a release if the lane has nothing to do and nothing in hand. The lane is `RELEASING` from then on, until `close`
   * or `releaseFailed` is called.
   *
   * @returns the release to write; undefined: the lane is kept
   */
  release(now: number): LaneRelease | undefined {
    if (!this.#stateMachine.mayRelease || this.#scan.isReading) return undefined;
    if (!this.#isOpen(now)) this.#scan.dropReady();
    if (!this.#scan.isEmptyHanded) return undefined;
    const terms = releaseTerms(
      {
        transportState: this.config.state,
        isGivenUp: this.state === 'DRAINING' || !this.#isReadable,
        blockedUntil: this.#health.blockedUntil,
        nextRequestAt: this.#rate?.nextAt(now) ?? now,
        asideCount: this.#scan.asideCount,
        scanned: this.#scan.result(now),
      },
      now,
    );
    if (!terms) return undefined;
    this.#stateMachine.release();
    return { ...this.#handover(now), ...terms };
  }

  /** The lane was not released, most often because work was added. */
  releaseFailed(): void {
    this.#stateMachine.releaseFailed();
    this.#scan.notifyWorkAdded();
  }

  /** It is not known whether the lane was released. Nothing is sent until a later renewal has shown that it is still held. */
  releaseUncertain(elapsed: number): void {
    this.releaseFailed();
    this.#lease.doubt(elapsed);
  }

  /** Gives up rows that were not sent, for a process that ends. @returns the release to write at once */
  abandon(now: number): LaneRelease {
    this.#scan.dropReady();
    return { ...this.#handover(now), version: null, dueAt: now };
  }

  /** The lane is no longer held. */
  close(): void {
    this.#stateMachine.close();
  }

  #handover(now: number): Omit<LaneRelease, 'version' | 'dueAt'> {
    return {
      transportId: this.transportId,
      leaseToken: this.#lease.token,
      consecutiveFailures: this.#health.consecutiveFailures,
      rate: this.#rate?.state(now) ?? NO_RATE,
      scanFrom: this.#scan.scanFrom,
    };
  }

  /** Whether this process has the keys of the transport's secrets. */
  get #isReadable(): boolean {
    return this.config.missingKeyId === undefined;
  }

  #isOpen(now: number): boolean {
    return (
      this.state === 'OPEN' &&
      this.config.state === 'ACTIVE' &&
      this.#isReadable &&
      this.#health.blockedUntil <= now
    );
  }
}
