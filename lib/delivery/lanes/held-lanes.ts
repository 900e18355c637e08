import { Places } from '../../domain/places.js';
import type { LaneCandidate } from './choose-lanes.js';
import type { Lane } from './lane.js';

/** Maximum part of the places that lanes with the same origin may take. */
const PER_ORIGIN = 0.5;

/** The lanes that this process holds, and the places that they take. No I/O. */
export class HeldLanes {
  readonly #lanes = new Map<number, Lane>();
  /** Each lane as it was chosen. Its origin may change while it is held, but the place that it takes does not. */
  readonly #candidates = new Map<Lane, LaneCandidate>();
  readonly places: Places;

  /** @param most maximum number of lanes held at a time, at least 2 */
  constructor(most: number) {
    this.places = new Places(most, Math.max(1, Math.floor(most * PER_ORIGIN)));
  }

  get size(): number {
    return this.#lanes.size;
  }

  get(transportId: number): Lane | undefined {
    return this.#lanes.get(transportId);
  }

  all(): IterableIterator<Lane> {
    return this.#lanes.values();
  }

  has(lane: Lane): boolean {
    return this.#lanes.get(lane.transportId) === lane;
  }

  /** The lane as it was chosen; undefined: it is not held. */
  candidateOf(lane: Lane): LaneCandidate | undefined {
    return this.#candidates.get(lane);
  }

  /** @param candidate the lane as it was chosen, when its place was taken */
  add(lane: Lane, candidate: LaneCandidate): void {
    const before = this.#lanes.get(lane.transportId);
    if (before) this.remove(before);
    this.#lanes.set(lane.transportId, lane);
    this.#candidates.set(lane, candidate);
  }

  /** The lane is no longer held. */
  remove(lane: Lane): void {
    if (!this.has(lane)) return;
    this.#lanes.delete(lane.transportId);
    lane.close();
    const { tenantUid, origin } = this.#candidates.get(lane)!;
    this.#candidates.delete(lane);
    this.places.release(tenantUid, origin);
  }
}
