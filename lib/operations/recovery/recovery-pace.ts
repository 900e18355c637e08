import type { PendingRecoveries } from '../../persistence/ports/recovery-store.js';

/**
 * Maximum number of due deliveries of a transport that jobs have enqueued and that were not attempted since, as a multiple of
 * its `maxConcurrency`. It is small, so that the lane's holder also reads fresh deliveries, which it sends first.
 */
const PENDING_PER_CONCURRENCY = 2;
/** Maximum number of parked recovered deliveries. The lane reads them only after the delivery before them has ended. */
const MOST_PARKED = 1_000;
/** Part of a transport's rate limit that recovered deliveries may use. */
const RATE_PART = 0.5;

/** Bounds of the time until a waiting job is checked again, in ms. */
const SHORTEST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** That time, as a part of the age of the job. */
const WAIT_PART = 0.05;

/**
 * Time until a waiting job is checked again. It grows with the age of the job, so that workers do not spend their time on
 * jobs of transports that are paused for weeks. When a transport is resumed, its job is due at once.
 *
 * @param ageMs ms since the job was created
 * @returns ms
 */
export const waitMs = (ageMs: number): number =>
  Math.min(Math.max(SHORTEST_WAIT_MS, ageMs * WAIT_PART), LONGEST_WAIT_MS);

/** The limits of a transport that a job must respect. */
export interface PaceLimits {
  readonly maxConcurrency: number;
  readonly rateLimitRequests: number | null;
  readonly rateLimitPerSeconds: number | null;
}

/** Maximum numbers of deliveries that jobs have enqueued and that were not attempted since. */
export const mostPending = ({ maxConcurrency }: PaceLimits): PendingRecoveries => ({
  due: PENDING_PER_CONCURRENCY * maxConcurrency,
  parked: MOST_PARKED,
});

/**
 * Decides how many deliveries a job may enqueue now. If the transport has a rate limit, recovered deliveries use at most half
 * of it, so that fresh ones do not wait until the limit permits another request. It performs no I/O.
 */
export class RecoveryPace {
  #tokens = 1;
  /** Instant of the last call, on a monotonic clock, in ms. */
  #at: number | undefined;

  /**
   * @param pending deliveries that jobs have enqueued and that were not attempted since
   * @param now a monotonic clock, in ms
   */
  allowed(limits: PaceLimits, { due, parked }: PendingRecoveries, now: number): number {
    const most = mostPending(limits);
    // Each batch is a transaction, so wait until half of the capacity is free.
    const capacity = due > most.due / 2 || parked >= most.parked ? 0 : most.due - due;
    return Math.min(capacity, this.#allowedByRate(limits, now));
  }

  /** Call this after `count` deliveries were enqueued. */
  enqueued(count: number): void {
    this.#tokens -= count;
  }

  #allowedByRate({ rateLimitRequests, rateLimitPerSeconds }: PaceLimits, now: number): number {
    const elapsedMs = now - (this.#at ?? now);
    this.#at = now;
    if (rateLimitRequests === null || rateLimitPerSeconds === null) {
      this.#tokens = 1;
      return Infinity;
    }
    const perMs = (rateLimitRequests * RATE_PART) / (rateLimitPerSeconds * 1_000);
    const burst = Math.max(1, rateLimitRequests * RATE_PART);
    this.#tokens = Math.min(burst, this.#tokens + elapsedMs * perMs);
    return Math.max(0, Math.floor(this.#tokens));
  }
}
