import { failingPercent } from '../../domain/failing-percent.js';
import {
  afterAttempt,
  isProbing,
  type HealthPolicy,
  type TransportHealth,
} from '../../domain/transport-health.js';
import type { TransportRecord } from '../../persistence/ports/record-store.js';
import type { ConcludedAttempt } from '../sending/attempt.js';
import type { TransportConfig } from '../sending/transport-config.js';

const HEALTHY: TransportHealth = { failingSince: null, consecutiveFailures: 0, circuitOpenedAt: null };

/** The stored health of a transport when its lane is claimed. */
export interface KnownHealth extends Pick<TransportHealth, 'failingSince' | 'consecutiveFailures'> {
  /** No request starts before this instant of the database's clock, ms since the epoch. */
  readonly blockedUntil: number;
  /** Percentage of `disableAfterHours` that the last warning named (25, 50 or 75); 0: no warning in the present series of failures. */
  readonly failingWarned: number;
}

/** A change of a transport that follows from attempts, without the fencing token. */
export type HealthRecord = Omit<TransportRecord, 'leaseToken'>;

/** The health of a receiver as the attempts of its lane show it, and until when nothing is sent to it. */
export class LaneHealth {
  #health: TransportHealth;
  #blockedUntil: number;
  #failingWarned: number;
  /** When the series of failures began according to the database, and when that was read or written (elapsed clock). */
  #recordedSeries: { readonly failingSince: number | null; readonly at: number };

  /** @param claimedAt on the elapsed clock, before the query was sent */
  constructor(
    { failingSince, consecutiveFailures, blockedUntil, failingWarned }: KnownHealth,
    claimedAt: number,
    private readonly policy: HealthPolicy,
  ) {
    this.#health = { failingSince, consecutiveFailures, circuitOpenedAt: null };
    this.#blockedUntil = blockedUntil;
    this.#failingWarned = failingSince === null ? 0 : failingWarned;
    this.#recordedSeries = { failingSince, at: claimedAt };
  }

  /** When the present series of failures began, ms since the epoch; null: the last attempt succeeded. */
  get failingSince(): number | null {
    return this.#health.failingSince;
  }

  /** Percentage of `disableAfterHours` that the last warning named (25, 50 or 75); 0: no warning in the present series of failures. */
  get failingWarned(): number {
    return this.#failingWarned;
  }

  get consecutiveFailures(): number {
    return this.#health.consecutiveFailures;
  }

  /** No request starts before this instant of the database's clock, ms since the epoch. */
  get blockedUntil(): number {
    return this.#blockedUntil;
  }

  /** Whether the circuit allows only a single request, to find out whether the receiver has recovered. */
  get isProbing(): boolean {
    return isProbing(this.#health, this.policy);
  }

  /**
   * Applies the consequences that an attempt has for the whole transport. In this process they take effect at once.
   *
   * @returns the change of the transport to write; undefined: nothing has changed
   */
  learn(concluded: ConcludedAttempt, now: number, random: number): HealthRecord | undefined {
    const { outcome, record } = concluded;
    if (!concluded.isAboutReceiver) return undefined;
    const before = this.#health;
    const attempt = { failed: outcome.kind !== 'delivered', startedAt: record.startedAt, nowMs: now, random };
    const { health, openUntil, shouldDisable } = afterAttempt(before, attempt, this.policy);
    this.#health = health;

    const blockedUntil = Math.max(concluded.blockedUntil ?? 0, openUntil ?? 0) || null;
    if (blockedUntil !== null) this.#blockedUntil = Math.max(this.#blockedUntil, blockedUntil);
    const disabledReason =
      outcome.kind === 'failed' && outcome.disable ? outcome.disable : shouldDisable ? 'FAILING' : undefined;
    const failingChanged = health.failingSince !== before.failingSince;
    if (failingChanged) this.#failingWarned = 0;
    const warned = disabledReason === undefined ? this.#warningDue(now) : undefined;
    if (blockedUntil === null && disabledReason === undefined && !failingChanged && warned === undefined)
      return undefined;
    return {
      transportId: record.transportId,
      blockedUntil,
      consecutiveFailures: health.consecutiveFailures,
      ...(failingChanged && { failingSince: health.failingSince }),
      ...(warned !== undefined && { failingWarned: warned }),
      ...(disabledReason !== undefined && { disabledReason }),
    };
  }

  /** The warning that has become due with this attempt; undefined: none. */
  #warningDue(now: number): number | undefined {
    const { failingSince } = this.#health;
    if (failingSince === null) return undefined;
    const percent = failingPercent(now - failingSince, this.policy.disableAfterMs);
    if (percent <= this.#failingWarned) return undefined;
    return (this.#failingWarned = percent);
  }

  /** The result of `learn` is in the database. @param at on the elapsed clock */
  recorded({ failingSince }: HealthRecord, at: number): void {
    if (failingSince !== undefined) this.#recordedSeries = { failingSince, at };
  }

  /**
   * Applies a new configuration. If somebody has enabled the transport, past failures and blocks no longer count, here as in
   * the database.
   *
   * @param askedAt on the elapsed clock, before the query was sent
   */
  reconsider(before: TransportConfig, after: TransportConfig, askedAt: number): void {
    if (this.#wasEnabled(before, after, askedAt)) {
      this.#health = HEALTHY;
      this.#failingWarned = 0;
      this.#blockedUntil = 0;
    }
    if (askedAt >= this.#recordedSeries.at)
      this.#recordedSeries = { failingSince: after.failingSince, at: askedAt };
  }

  /**
   * Whether somebody has enabled the transport. If it was disabled and enabled between two refreshes, its state does not
   * show that. Then the series of failures that continues here is no longer in the database, although it was recorded there.
   */
  #wasEnabled(before: TransportConfig, after: TransportConfig, askedAt: number): boolean {
    if (before.state === 'DISABLED') return after.state === 'ACTIVE';
    const here = this.#health.failingSince;
    const { failingSince: recorded, at } = this.#recordedSeries;
    return here !== null && here === recorded && at <= askedAt && after.failingSince === null;
  }
}
