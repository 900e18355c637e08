import type { Lane } from './lane.js';

/**
 * Lanes to look at next. Everything that happens to a lane adds it here; soon after, in one turn of the event loop, each
 * is looked at once for what it may need: to be sent from, read, or released. So no step waits for another.
 */
export class InspectionList {
  #lanes = new Set<Lane>();
  /** Empty: the two take turns, so that lanes which are added during an inspection wait for the next. */
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
