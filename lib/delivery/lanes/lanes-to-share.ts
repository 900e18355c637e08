import type { Lane } from './lane.js';

/** How long a lane is held at least before it is given up for others, in ms. */
const QUANTUM_MS = 1_000;
/** Idle lanes that a busy process gives up at a time if it sees nobody waiting: other processes may have nothing to do. */
const FEW = 16;

export interface Load {
  /** Whether the slots of this process are taken, so that it cannot send all that it holds. */
  readonly isBusy: boolean;
  /** Whether due lanes were refused for lack of places. */
  readonly isShort: boolean;
}

/**
 * Which lanes a busy process gives up, about once a second. First those of which nothing is in flight: all of them if
 * other lanes wait for their places, else a few. If every lane has something in flight, the one that was held longest,
 * so that two processes come to share a few large lanes.
 *
 * @param elapsed on the elapsed clock
 */
export function lanesToShare(held: Iterable<Lane>, { isBusy, isShort }: Load, elapsed: number): Lane[] {
  if (!isBusy && !isShort) return [];
  const longHeld = [...held]
    .filter((lane) => lane.state === 'OPEN' && elapsed - lane.heldSince >= QUANTUM_MS)
    .sort((one, other) => one.heldSince - other.heldSince);
  const idle = longHeld.filter((lane) => lane.inFlight === 0);
  if (isShort) return idle;
  return idle.length > 0 ? idle.slice(0, FEW) : longHeld.slice(0, 1);
}
