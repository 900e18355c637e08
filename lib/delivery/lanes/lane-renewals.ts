import type { LaneStore } from '../../persistence/ports/lane-store.js';
import { inHalves } from './in-halves.js';
import type { Lane } from './lane.js';

/** The clocks of a process. */
export interface LaneClocks {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** The elapsed clock. */
  readonly elapsed: () => number;
}

/**
 * Renews leases and writes the state that the next holder of a lane needs. Many lanes share a statement, and one statement
 * runs at a time, so that no state is overwritten by an earlier one. Calls that arrive during a statement share the next one,
 * which therefore contains everything that happened before these calls.
 */
export class LaneRenewals {
  readonly #waiting = new Set<Lane>();
  #present: Promise<unknown> = Promise.resolve();
  #next: Promise<ReadonlySet<Lane>> | undefined;

  constructor(
    private readonly store: Pick<LaneStore, 'renew'>,
    private readonly clocks: LaneClocks,
  ) {}

  /** @returns the lanes of the shared statement whose leases were renewed; whether the others are still held is unknown */
  renew(lanes: Iterable<Lane>): Promise<ReadonlySet<Lane>> {
    for (const lane of lanes) this.#waiting.add(lane);
    this.#next ??= this.#present.then(() => {
      this.#next = undefined;
      const written = this.#write();
      this.#present = written.catch(() => undefined);
      return written;
    });
    return this.#next;
  }

  async #write(): Promise<ReadonlySet<Lane>> {
    const askedAt = this.clocks.elapsed();
    const lanes = [...this.#waiting];
    this.#waiting.clear();
    const now = this.clocks.now();
    const extended = new Set<Lane>();
    const renew = async (some: readonly Lane[]): Promise<void> => {
      const renewed = await this.store.renew(some.map((lane) => lane.renewal(now)));
      for (const lane of some) {
        if (!renewed.has(lane.transportId)) continue;
        lane.renewed(askedAt);
        extended.add(lane);
      }
    };
    // A lane that cannot be written is drained, because its lease will end.
    await inHalves(lanes, renew, (lane) => lane.drain());
    return extended;
  }
}
