import type { LaneStore } from '../persistence/lane-store.js';
import type { Lane } from './lane.js';

/**
 * Extends leases and writes what a lane's next holder has to know, many lanes in one statement and one statement at a time, so
 * that a state is never overwritten by an earlier one. Whoever asks while one is under way shares the next, which therefore holds
 * all that had happened when he asked.
 */
export class LaneRenewals {
  readonly #waiting = new Set<Lane>();
  #present: Promise<unknown> = Promise.resolve();
  #next: Promise<ReadonlySet<Lane>> | undefined;

  /** @param now the database's clock, ms since the epoch */
  constructor(
    private readonly store: LaneStore,
    private readonly now: () => number,
  ) {}

  /** @returns the lanes, of those that shared the statement, that are not ours any more */
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
    const askedAt = performance.now();
    const renewals = [...this.#waiting].map((lane) => ({ lane, renewal: lane.renewal(this.now()) }));
    this.#waiting.clear();
    const renewed = await this.store.renew(renewals.map(({ renewal }) => renewal));
    const lost = new Set<Lane>();
    for (const { lane, renewal } of renewals) {
      if (renewed.has(lane.transportId)) lane.renewed(askedAt, renewal.ended);
      else if (lane.leaseToken === renewal.leaseToken) lost.add(lane);
    }
    return lost;
  }
}
