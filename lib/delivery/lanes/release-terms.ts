import type { TransportState } from '../../domain/transport-state.js';
import type { LaneRelease } from '../../persistence/ports/lane-store.js';
import type { ScanResult } from './scan-rows.js';

/**
 * If a lane is released while outcomes of its deliveries cannot be recorded, it is due again after this time, in ms. Retries of
 * these deliveries may be due by then, and no wake-up announces them.
 */
const ASIDE_RETRY_MS = 2_000;
/**
 * If a lane is released because its transport is paused or disabled as far as this process knows, it is due again after this time,
 * in ms. That has an effect only if the lane is not marked as suspended in the database (column `suspended`), for one of three
 * reasons: this process could not write yet that it disabled the transport, the transport was resumed or enabled meanwhile, or
 * somebody edited the row.
 */
const INACTIVE_RETRY_MS = 1_000;

/** A lane that has nothing in hand. All instants are ms since the epoch, on the database's clock. */
export interface IdleLane {
  readonly transportState: TransportState;
  /** Whether this holder gives the lane up although it may have work: it drains, or lacks the keys of the transport. */
  readonly isGivenUp: boolean;
  /** No request starts before this instant. */
  readonly blockedUntil: number;
  /** When the rate limit allows the next request. */
  readonly nextRequestAt: number;
  /** Number of deliveries whose outcome cannot be recorded for now. */
  readonly asideCount: number;
  /** Undefined: something is due, or may be. */
  readonly scanned: ScanResult | undefined;
}

/**
 * Decides whether an idle lane is released, at which version, and when it is due again.
 *
 * @returns undefined: the lane is kept
 */
export function releaseTerms(
  { transportState, isGivenUp, blockedUntil, nextRequestAt, asideCount, scanned }: IdleLane,
  now: number,
): Pick<LaneRelease, 'version' | 'dueAt'> | undefined {
  // Resuming or enabling the transport schedules its lane, whatever due date is written here.
  if (transportState !== 'ACTIVE') return { version: null, dueAt: now + INACTIVE_RETRY_MS };
  if (isGivenUp) return { version: null, dueAt: Math.max(nextRequestAt, blockedUntil) };
  if (blockedUntil > now) return { version: null, dueAt: blockedUntil };
  if (!scanned || asideCount === 0) return scanned;
  const retryAt = now + ASIDE_RETRY_MS;
  return { version: scanned.version, dueAt: Math.min(scanned.dueAt ?? retryAt, retryAt) };
}
