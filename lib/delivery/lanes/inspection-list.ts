import type { Lane } from './lane.js';

/**
 * Lanes to inspect next. Each change of a lane adds it here. Soon after, in one turn of the event loop, `DeliveryWorker`
 * inspects each lane once: it finds out whether the lane can send, should be read, or can be released.
 */
export class InspectionList {
  #lanes = new Set<Lane>();
  /** An empty set. It is swapped with `#lanes`, so that lanes that are added during an inspection wait for the next one. */
  #spare = new Set<Lane>();
  #inspect: ((lanes: ReadonlySet<Lane>) => void) | undefined;
  #isScheduled = false;

  /** @param inspect called soon after lanes were added, with all of them */
  start(inspect: (lanes: ReadonlySet<Lane>) => void): void {
    this.#inspect = inspect;
  }

  stop(): void {
    this.#inspect = undefined;
  }

  add(lane: Lane): void {
    this.#lanes.add(lane);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#isScheduled = false;
    const lanes = this.#lanes;
    this.#lanes = this.#spare;
    this.#spare = lanes;
    this.#inspect?.(lanes);
    lanes.clear();
  }
}
