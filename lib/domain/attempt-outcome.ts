import { parseRetryAfterMs } from './retry-after.js';
import { DEFAULT_RETRY_SCHEDULE_MS, nextDelayMs } from './retry-schedule.js';

/**
 * Consequence of a 4xx response other than 408, 410 and 429. `'retry'`: the delivery is retried. `'fail'`: it fails at
 * once, as in the Flow Retail API.
 */
export type ClientErrorPolicy = 'retry' | 'fail';

/** Result of an attempt: a response, or the code of an egress error. */
export type AttemptResult =
  | { readonly kind: 'response'; readonly statusCode: number; readonly retryAfter?: string | undefined }
  | { readonly kind: 'error'; readonly code: string };

/** The inputs of the decision, in addition to the result. */
export interface OutcomePolicy {
  readonly clientErrors: ClientErrorPolicy;
  /** Waits in ms after the first, second, … failed attempt. Empty: one attempt only. */
  readonly schedule: readonly number[];
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** A random number from 0 to 1, for the jitter. */
  readonly random: number;
  /** Milliseconds since the epoch on the database's clock. */
  readonly nowMs: number;
}

/** Why a delivery ended as `FAILED`. */
export type FailureReason = 'EXHAUSTED' | 'CLIENT_ERROR' | 'GONE';

/** Consequence of an attempt. `slowDownMs`: nothing is sent to the whole transport for this long. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly slowDownMs?: number }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      /** Why the transport is disabled. */
      readonly disable?: 'GONE';
      readonly slowDownMs?: number;
    };

const GONE = 410;
/** 4xx status codes for a temporary condition. They are never final. */
const TRANSIENT_CLIENT_ERRORS: ReadonlySet<number> = new Set([408, 429]);
/** Status codes that ask for less traffic. */
const SLOW_DOWN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether a receiver that responds with this status code has accepted the delivery. */
export const isDelivered = (statusCode: number): boolean => statusCode >= 200 && statusCode <= 299;

/**
 * Decides what follows from an attempt:
 * - 2xx delivers; 410 fails for good and disables the transport; everything else, errors included, is retried until the
 *   schedule is exhausted.
 * - With `clientErrors: 'fail'` a 4xx other than 408 and 429 is final.
 * - 429, 502, 503 and 504 also block the whole transport. With `Retry-After`, the transport is blocked for that time,
 *   at most for the schedule's longest wait. Otherwise, it is blocked for the schedule's first wait or this retry's wait,
 *   whichever is shorter. This delivery waits at least as long.
 */
export function decideOutcome(result: AttemptResult, policy: OutcomePolicy): Outcome {
  if (result.kind === 'error') return retry(policy);
  const { statusCode } = result;
  if (isDelivered(statusCode)) return { kind: 'delivered' };
  if (statusCode === GONE) return { kind: 'failed', reason: 'GONE', disable: 'GONE' };
  if (SLOW_DOWN.has(statusCode)) return retry(policy, slowDownMs(result.retryAfter, policy));
  const isFinal =
    policy.clientErrors === 'fail' &&
    statusCode >= 400 &&
    statusCode <= 499 &&
    !TRANSIENT_CLIENT_ERRORS.has(statusCode);
  return isFinal ? { kind: 'failed', reason: 'CLIENT_ERROR' } : retry(policy);
}

function retry({ schedule, attempt, random }: OutcomePolicy, slowDown = 0): Outcome {
  const delayMs = nextDelayMs(schedule, attempt, random);
  const slowing = slowDown > 0 ? { slowDownMs: slowDown } : {};
  return delayMs === undefined
    ? { kind: 'failed', reason: 'EXHAUSTED', ...slowing }
    : { kind: 'retry', delayMs: Math.max(delayMs, slowDown), ...slowing };
}

function slowDownMs(
  retryAfter: string | undefined,
  { schedule, attempt, random, nowMs }: OutcomePolicy,
): number {
  const asked = retryAfter === undefined ? undefined : parseRetryAfterMs(retryAfter, nowMs);
  if (asked !== undefined) return Math.min(asked, longestWaitMs(schedule));
  // Bounded by the first wait: an old delivery whose next attempt is tomorrow must not block all others until then.
  const first = nextDelayMs(schedule, 1, random) ?? 0;
  return Math.min(first, nextDelayMs(schedule, attempt, random) ?? first);
}

/** The longest wait of the schedule. If it has no waits, the default schedule bounds how long the transport is blocked. */
const longestWaitMs = (schedule: readonly number[]): number =>
  Math.max(...(schedule.length > 0 ? schedule : DEFAULT_RETRY_SCHEDULE_MS));
