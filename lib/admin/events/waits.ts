import { isProbing, type HealthPolicy } from '../../domain/transport-health.js';
import type { PendingFacts } from '../../persistence/ports/explain-store.js';
import { PARKED_DUE_AT } from '../../persistence/ports/record-store.js';

/** Causes of the waits of a pending delivery, in the order in which they are listed. */
export const WAIT_CAUSES = [
  'TRANSPORT_DISABLED',
  'TRANSPORT_PAUSED',
  'EARLIER_DELIVERY',
  'RETRY_AFTER',
  'CIRCUIT',
  'SCHEDULE',
  'RATE_LIMIT',
  'SLOT',
  'WORKER',
] as const;

export type CircuitPolicy = Pick<HealthPolicy, 'circuitFailures'>;

/** Something that a pending delivery waits for. */
export interface Wait {
  readonly cause: (typeof WAIT_CAUSES)[number];
  /** When the wait ends at the latest, ms since the epoch; null: unknown. */
  readonly until: number | null;
  /** Id of the delivery behind which it waits; null: it waits for something else. */
  readonly deliveryId: number | null;
}

/**
 * Finds out from the row, the lane and the transport of a pending delivery what it waits for.
 *
 * @param dueAt due date of the delivery, ms since the epoch
 * @param now ms since the epoch on the database's clock
 * @param policy `circuitFailures`: number of failures in a row that opens the circuit
 */
export function waitsOf(facts: PendingFacts, dueAt: number, now: number, policy: CircuitPolicy): Wait[] {
  const waits = [...stateWaits(facts), ...orderWaits(facts), ...timedWaits(facts, dueAt, now, policy)];
  if (waits.length > 0) return waits;
  return [wait(facts.isHeld && facts.leaseUntil > now ? 'SLOT' : 'WORKER')];
}

function stateWaits({ transportState }: PendingFacts): Wait[] {
  if (transportState === 'DISABLED') return [wait('TRANSPORT_DISABLED')];
  return transportState === 'PAUSED' ? [wait('TRANSPORT_PAUSED')] : [];
}

const orderWaits = ({ behindId }: PendingFacts): Wait[] =>
  behindId === null ? [] : [{ ...wait('EARLIER_DELIVERY'), deliveryId: behindId }];

function timedWaits(facts: PendingFacts, dueAt: number, now: number, policy: CircuitPolicy): Wait[] {
  const { blockedUntil, rateLimitRequests, rateUsed, rateUsedUntil } = facts;
  const isRateUsedUp = rateLimitRequests !== null && rateUsed >= rateLimitRequests;
  return [
    ...(blockedUntil > now ? [wait(blockCause(facts, policy), blockedUntil)] : []),
    ...(dueAt > now && dueAt !== PARKED_DUE_AT ? [wait('SCHEDULE', dueAt)] : []),
    ...(isRateUsedUp && rateUsedUntil > now ? [wait('RATE_LIMIT', rateUsedUntil)] : []),
  ];
}

/** A lane is blocked by its circuit, or after a 429, 502, 503 or 504. The circuit opens after a number of failures in a row. */
const blockCause = (facts: PendingFacts, policy: CircuitPolicy): 'CIRCUIT' | 'RETRY_AFTER' =>
  isProbing(facts, policy) ? 'CIRCUIT' : 'RETRY_AFTER';

const wait = (cause: Wait['cause'], until: number | null = null): Wait => ({
  cause,
  until,
  deliveryId: null,
});
