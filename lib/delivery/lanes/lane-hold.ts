import { RateWindow, type RateState } from '../../domain/rate-window.js';
import type { HealthPolicy } from '../../domain/transport-health.js';
import type { ClaimedLane } from '../../persistence/ports/lane-store.js';
import type { TransportRecord } from '../../persistence/ports/record-store.js';
import type { HealthView } from '../sending/attempt-notifications.js';
import type { ConcludedAttempt } from '../sending/attempt.js';
import { originOf, type TransportConfig } from '../sending/transport-config.js';
import { LaneHealth } from './lane-health.js';
import { LaneLease } from './lane-lease.js';
import { LaneStateMachine, type LaneState } from './lane-state.js';

const NO_RATE: RateState = { used: 0, usedUntil: 0 };
/** How long a check of the lane is valid, in ms: a pause takes effect within a second, even if the database stops responding. */
const CHECK_LASTS_MS = 900;

/** The present instant on two clocks: the `ElapsedClock`, and the database's clock (ms since the epoch). */
export interface Clocks {
  readonly elapsed: number;
  readonly now: number;
}

/**
 * The hold of this process on a lane: it decides whether rows of the lane may be read and sent at all. It consists of the lane's
 * state (see `lane-state.ts`), its lease, its configuration, its rate limit, and the health of its receiver. State only, no I/O.
 * `LaneRows` adds the rows.
 */
export class LaneHold {
  readonly transportId: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  config: TransportConfig;
  /** When the lane was claimed, on the elapsed clock. */
  readonly heldSince: number;
  protected readonly stateMachine = new LaneStateMachine();
  protected readonly lease: LaneLease;
  protected readonly receiver: LaneHealth;
  protected rate: RateWindow | undefined;
  /** On the elapsed clock: when the lane and its configuration were last found to be current. */
  #checkedAt: number;

  /** @param claimedAt on the elapsed clock, before the query that claimed the lane was sent */
  constructor(claimed: ClaimedLane, config: TransportConfig, claimedAt: number, policy: HealthPolicy) {
    const { consecutiveFailures, blockedUntil, leaseToken } = claimed;
    this.transportId = claimed.transportId;
    this.tenantUid = claimed.transport.tenantUid;
    this.httpTransportUid = claimed.transport.httpTransportUid;
    this.config = config;
    this.heldSince = claimedAt;
    this.lease = new LaneLease(leaseToken, claimed.leaseMs, claimedAt);
    const { failingSince, failingWarned } = config;
    const known = { failingSince, failingWarned, consecutiveFailures, blockedUntil };
    this.receiver = new LaneHealth(known, claimedAt, policy);
    this.rate = config.rateLimit && new RateWindow(config.rateLimit, claimed.rate);
    this.#checkedAt = claimedAt;
  }

  get state(): LaneState {
    return this.stateMachine.state;
  }

  get leaseToken(): number {
    return this.lease.token;
  }

  /** Origin that the lane sends to at present; '': it cannot send as it is configured. */
  get origin(): string {
    return originOf(this.config);
  }

  /** When the present series of failures began, ms since the epoch; null: the last attempt succeeded. */
  get failingSince(): number | null {
    return this.receiver.failingSince;
  }

  /** The health of the transport, as far as notifications need it. */
  get health(): HealthView {
    const { failingSince, failingWarned, isProbing: isCircuitOpen } = this.receiver;
    return { failingSince, failingWarned, isCircuitOpen, isDisabled: this.config.state === 'DISABLED' };
  }

  /**
   * Whether the transport has a rate limit. If so, its usage must be in the database before a request starts, because the
   * next holder needs it, even after a crash.
   */
  get isRateLimited(): boolean {
    return this.rate !== undefined;
  }

  /** Whether a request that `Lane.maySend` has allowed may still start after an asynchronous step. */
  mayStillSend({ elapsed, now }: Clocks): boolean {
    return this.isOpen(now) && this.coversAttempt(elapsed) && elapsed - this.#checkedAt <= CHECK_LASTS_MS;
  }

  /** Whether the lease leaves time for a whole attempt. */
  coversAttempt(elapsed: number): boolean {
    return this.lease.covers(this.config.timeoutMs, elapsed);
  }

  /**
   * Applies the consequences that an attempt has for the whole transport. In this process they take effect at once.
   *
   * @returns the change of the transport to write; undefined: nothing has changed
   */
  learn(concluded: ConcludedAttempt, now: number, random: number): TransportRecord | undefined {
    const learned = this.receiver.learn(concluded, now, random);
    if (learned?.disabledReason !== undefined) this.config = { ...this.config, state: 'DISABLED' };
    return learned && { ...learned, leaseToken: this.lease.token };
  }

  /** A `TransportRecord` without a change. It carries events that have to be stored after an attempt that changed nothing. */
  get unchanged(): TransportRecord {
    const { transportId, leaseToken } = this;
    const { consecutiveFailures } = this.receiver;
    return { transportId, leaseToken, blockedUntil: null, consecutiveFailures };
  }

  /** The result of `learn` is in the database. @param at on the elapsed clock */
  learnedIsRecorded(learned: TransportRecord, at: number): void {
    this.receiver.recorded(learned, at);
  }

  /** Whether a third of the lease has passed. */
  needsRenewal(elapsed: number): boolean {
    return this.lease.needsRenewal(elapsed);
  }

  /** @param askedAt on the elapsed clock, before the query was sent */
  renewed(askedAt: number): void {
    this.lease.renewed(askedAt);
  }

  /**
   * Applies a new configuration.
   *
   * @param askedAt on the elapsed clock, before the query was sent
   */
  configure(config: TransportConfig, now: number, askedAt: number): void {
    const rate = this.rateState(now);
    this.rate = config.rateLimit && new RateWindow(config.rateLimit, rate);
    this.receiver.reconsider(this.config, config, askedAt);
    this.lease.coverFromNowOn(config.timeoutMs);
    this.config = config;
  }

  /** The lane is still held and its configuration is current. @param askedAt on the elapsed clock, before the query was sent */
  confirmed(askedAt: number): void {
    this.#checkedAt = askedAt;
  }

  /** Stops reading and sending, so that the lane is released once nothing of it is in flight. */
  drain(): void {
    this.stateMachine.drain();
  }

  /** The lane is no longer held. */
  close(): void {
    this.stateMachine.close();
  }

  /** The usage of the rate limit, for the next holder and for a new configuration. */
  protected rateState(now: number): RateState {
    return this.rate?.state(now) ?? NO_RATE;
  }

  /** Whether this process has the keys of the transport's secrets. */
  protected get isReadable(): boolean {
    return this.config.missingKeyId === undefined;
  }

  /** Whether rows may be read and sent. */
  protected isOpen(now: number): boolean {
    return (
      this.state === 'OPEN' &&
      this.config.state === 'ACTIVE' &&
      this.isReadable &&
      this.receiver.blockedUntil <= now
    );
  }
}
