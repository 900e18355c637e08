/** Recent health of a transport. */
export interface TransportHealth {
  /** When the present series of failures began, ms since the epoch; null: the last attempt succeeded, or there was none. */
  readonly failingSince: number | null;
  readonly consecutiveFailures: number;
  /** When the circuit last opened, as far as this process knows. */
  readonly circuitOpenedAt: number | null;
}

/** Settings of the circuit and of the automatic disabling. */
export interface HealthPolicy {
  /** Failures in a row that open the circuit; 0: it never opens. */
  readonly circuitFailures: number;
  /** How long the circuit stays open at first, in ms; doubled with each probe that fails. */
  readonly circuitCoolDownMs: number;
  /** A transport whose attempts have all failed for this long is disabled; in ms. */
  readonly disableAfterMs: number;
}

/** The properties of an attempt that affect the health of its transport. */
export interface AttemptHealth {
  readonly failed: boolean;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** ms since the epoch. */
  readonly nowMs: number;
  /** A random number from 0 to 1, for the jitter. */
  readonly random: number;
}

/** The health after an attempt, and what follows from it. */
export interface HealthChange {
  readonly health: TransportHealth;
  /** The circuit has opened: nothing is sent before this instant. Null: it has not. */
  readonly openUntil: number | null;
  /** The transport has been failing for too long. */
  readonly shouldDisable: boolean;
}

/**
 * Maximum time that an open circuit waits before the next probe, in ms, without jitter. If `circuitCoolDownMs` is longer, that
 * time applies instead.
 */
const LONGEST_COOL_DOWN_MS = 60_000;
const JITTER = 0.2;

/**
 * Applies an attempt to the health of its transport. The circuit opens after `circuitFailures` failures in a row. Then one
 * probe per cool-down is sent, and the first success closes the circuit. Failures of attempts that were in flight when the
 * circuit opened are not counted.
 */
export function afterAttempt(
  health: TransportHealth,
  attempt: AttemptHealth,
  policy: HealthPolicy,
): HealthChange {
  if (!attempt.failed) {
    return {
      health: { failingSince: null, consecutiveFailures: 0, circuitOpenedAt: null },
      openUntil: null,
      shouldDisable: false,
    };
  }
  const failingSince = health.failingSince ?? attempt.startedAt;
  const shouldDisable = attempt.nowMs - failingSince >= policy.disableAfterMs;
  const wasInFlightWhenOpened =
    health.circuitOpenedAt !== null && attempt.startedAt <= health.circuitOpenedAt;
  if (wasInFlightWhenOpened) return { health: { ...health, failingSince }, openUntil: null, shouldDisable };

  const consecutiveFailures = health.consecutiveFailures + 1;
  const coolDown = coolDownMs(consecutiveFailures, attempt.random, policy);
  return {
    health: {
      failingSince,
      consecutiveFailures,
      circuitOpenedAt: coolDown === undefined ? health.circuitOpenedAt : attempt.nowMs,
    },
    openUntil: coolDown === undefined ? null : attempt.nowMs + coolDown,
    shouldDisable,
  };
}

/** Whether only one request at a time may be sent: the circuit was open and no success has closed it. */
export const isProbing = (
  { consecutiveFailures }: Pick<TransportHealth, 'consecutiveFailures'>,
  { circuitFailures }: Pick<HealthPolicy, 'circuitFailures'>,
): boolean => circuitFailures > 0 && consecutiveFailures >= circuitFailures;

function coolDownMs(failures: number, random: number, policy: HealthPolicy): number | undefined {
  if (policy.circuitFailures === 0 || failures < policy.circuitFailures) return undefined;
  const doubled = policy.circuitCoolDownMs * 2 ** Math.min(failures - policy.circuitFailures, 30);
  const longest = Math.max(LONGEST_COOL_DOWN_MS, policy.circuitCoolDownMs);
  return Math.round(Math.min(doubled, longest) * (1 - JITTER + 2 * JITTER * random));
}
