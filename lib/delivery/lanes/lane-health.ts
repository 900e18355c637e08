import {
  afterAttempt,
  isProbing,
  type HealthPolicy,
  type TransportHealth,
} from '../domain/transport-health.js';
import type { TransportRecord } from '../persistence/record-store.js';
import type { ConcludedAttempt } from './attempt.js';
import type { TransportConfig } from './transport-config.js';

const WELL: TransportHealth = { failingSince: null, consecutiveFailures: 0, circuitOpenedAt: null };

/** What a lane knew when it was taken. */
export interface KnownHealth extends Pick<TransportHealth, 'failingSince' | 'consecutiveFailures'> {
  readonly blockedUntil: number;
}

/** What the attempts of a lane have shown about its receiver, and until when it is to be left alone. */
export class LaneHealth {
  #health: TransportHealth;
  #blockedUntil: number;
  /** When the run of failures began as far as it is in the database, and since when that is known (monotonic). */
  #recordedRun: { readonly failingSince: number | null; readonly at: number };

  /** @param takenAt performance.now() before the database was asked */
  constructor(
    { failingSince, consecutiveFailures, blockedUntil }: KnownHealth,
    takenAt: number,
    private readonly policy: HealthPolicy,
  ) {
    this.#health = { failingSince, consecutiveFailures, circuitOpenedAt: null };
    this.#blockedUntil = blockedUntil;
    this.#recordedRun = { failingSince, at: takenAt };
  }

  /** When the present run of failures began, ms since the epoch; null: the last attempt was delivered. */
  get failingSince(): number | null {
    return this.#health.failingSince;
  }

  get consecutiveFailures(): number {
    return this.#health.consecutiveFailures;
  }

  /** No request before this instant of the database's clock. */
  get blockedUntil(): number {
    return this.#blockedUntil;
  }

  /** The circuit lets a single request go, to see. */
  get isProbing(): boolean {
    return isProbing(this.#health, this.policy);
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
    if (blockedUntil !== null) this.#blockedUntil = Math.max(this.#blockedUntil, blockedUntil);
    const disabledReason =
      outcome.kind === 'failed' && outcome.disable ? outcome.disable : shouldDisable ? 'FAILING' : undefined;
    const failingChanged = health.failingSince !== before.failingSince;
    if (blockedUntil === null && disabledReason === undefined && !failingChanged) return undefined;
    return {
      transportId: record.transportId,
      blockedUntil,
      consecutiveFailures: health.consecutiveFailures,
      ...(failingChanged && { failingSince: health.failingSince }),
      ...(disabledReason !== undefined && { disabledReason }),
    };
  }

  /** What `learn` had to say is in the database. @param at performance.now() */
  recorded({ failingSince }: TransportRecord, at: number): void {
    if (failingSince !== undefined) this.#recordedRun = { failingSince, at };
  }

  /**
   * Looks at a new configuration: when somebody has enabled the transport, past failures and waits count no more, here as
   * in the database.
   *
   * @param askedAt performance.now() before the database was asked for it
   */
  reconsider(before: TransportConfig, after: TransportConfig, askedAt: number): void {
    if (this.#wasEnabled(before, after, askedAt)) {
      this.#health = WELL;
      this.#blockedUntil = 0;
    }
    if (askedAt >= this.#recordedRun.at)
      this.#recordedRun = { failingSince: after.failingSince, at: askedAt };
  }

  /**
   * If it was disabled and enabled between two looks, what shows it is that the run of failures that goes on here, and was
   * in the database, is there no more.
   */
  #wasEnabled(before: TransportConfig, after: TransportConfig, askedAt: number): boolean {
    if (before.state === 'DISABLED') return after.state === 'ACTIVE';
    const here = this.#health.failingSince;
    const { failingSince: recorded, at } = this.#recordedRun;
    return here !== null && here === recorded && at <= askedAt && after.failingSince === null;
  }
}
