import type { Lane } from './lane.js';

/** Minimum time that a lane is held before it is released for others, in ms. */
const QUANTUM_MS = 1_000;
/**
 * Maximum number of idle lanes that an overloaded process releases at a time if a place was free and no due lane was refused.
 * It releases them in case other processes have nothing to do.
 */
const FEW = 16;

export interface Load {
  /** Whether lanes of this process wait for a slot, so that it cannot send all that it holds. */
  readonly isOverloaded: boolean;
  /** Whether due lanes were refused for lack of places, or no place was free. */
  readonly isShort: boolean;
}

/**
 * The lanes that a process releases for others, about once a second. A lane is released only if it was held for at least
 * `QUANTUM_MS`.
 *
 * - If due lanes were refused for lack of places, or no place was free, the process releases all lanes with nothing in flight.
 * - Otherwise, if the process is overloaded, it releases at most `FEW` lanes with nothing in flight. If every lane has
 *   something in flight, it releases the lane that was held longest, so that two processes come to share a few large lanes.
 *
 * @param elapsed on the elapsed clock
 */
export function lanesToShare(held: Iterable<Lane>, { isOverloaded, isShort }: Load, elapsed: number): Lane[] {
  if (!isOverloaded && !isShort) return [];
  const longHeld = [...held]
    .filter((lane) => lane.state === 'OPEN' && elapsed - lane.heldSince >= QUANTUM_MS)
    .sort((one, other) => one.heldSince - other.heldSince);
  const idle = longHeld.filter((lane) => lane.inFlight === 0);
  if (isShort) return idle;
  return idle.length > 0 ? idle.slice(0, FEW) : longHeld.slice(0, 1);
}
