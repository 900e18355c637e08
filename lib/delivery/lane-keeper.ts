import type { LaneRelease, LaneStore, TakenLane } from '../persistence/lane-store.js';
import { Lane } from './lane.js';
import type { TransportConfigs } from './transport-config.js';

/**
 * Which lanes this process holds: takes them, keeps their leases and configuration fresh, gives them back. Knows
 * nothing of requests.
 */
export class LaneKeeper {
  readonly #lanes = new Map<number, Lane>();

  /** @param holder names this process, uniquely among all that share the database and ever did */
  constructor(
    private readonly store: LaneStore,
    private readonly configs: TransportConfigs,
    private readonly holder: string,
    private readonly leaseMs: number,
  ) {}

  get size(): number {
    return this.#lanes.size;
  }

  get(transportId: number): Lane | undefined {
    return this.#lanes.get(transportId);
  }

  all(): IterableIterator<Lane> {
    return this.#lanes.values();
  }

  /** Takes up to `limit` due lanes. */
  async take(limit: number): Promise<Lane[]> {
    const takenAt = performance.now();
    const taken = await this.store.take(this.holder, limit, this.leaseMs);
    return taken.map((lane) => this.#hold(lane, takenAt));
  }

  /**
   * Looks at what has been told about the held lanes, extends leases and reads changed configurations.
   *
   * @returns the lanes that may have something to do now, and those that are not held any more
   */
  async refresh(): Promise<{ changed: Lane[]; lost: Lane[] }> {
    const held = [...this.#lanes.values()];
    if (held.length === 0) return { changed: [], lost: [] };
    const lost = new Set<Lane>();

    await this.#reconfigure(held, lost);

    const askedAt = performance.now();
    const ending = held.filter((lane) => !lost.has(lane) && lane.needsRenewal(askedAt));
    const renewed = ending.length === 0 ? new Set<number>() : await this.store.renew(ending);
    for (const lane of ending) {
      if (renewed.has(lane.transportId)) lane.renewed(askedAt);
      else lost.add(lane);
    }
    for (const lane of lost) this.#drop(lane);
    return { changed: held.filter((lane) => !lost.has(lane)), lost: [...lost] };
  }

  /** Gives lanes back. @returns those that are kept, since work was added meanwhile */
  async release(releases: readonly LaneRelease[]): Promise<Lane[]> {
    const released = await this.store.release(releases);
    const kept: Lane[] = [];
    for (const { transportId } of releases) {
      const lane = this.#lanes.get(transportId);
      if (!lane) continue;
      if (released.has(transportId)) {
        this.#drop(lane);
      } else {
        lane.kept();
        kept.push(lane);
      }
    }
    return kept;
  }

  #hold(taken: TakenLane, takenAt: number): Lane {
    const lane = new Lane(taken, this.configs.open(taken.transport), takenAt);
    this.#lanes.set(lane.transportId, lane);
    return lane;
  }

  async #reconfigure(held: readonly Lane[], lost: Set<Lane>): Promise<void> {
    const checks = new Map(
      (await this.store.check(held.map((lane) => lane.transportId))).map((check) => [check.transportId, check]),
    );
    const outdated: Lane[] = [];
    for (const lane of held) {
      const check = checks.get(lane.transportId);
      // Missing: the transport was deleted. Another token: the lease ran out and somebody else holds the lane.
      if (check?.leaseToken !== lane.leaseToken) lost.add(lane);
      else if (lane.checked(check.version, check.transportVersion)) outdated.push(lane);
    }
    if (outdated.length === 0) return;
    const stored = await this.store.transports(outdated.map((lane) => lane.transportId));
    for (const lane of outdated) {
      const transport = stored.get(lane.transportId);
      if (transport) lane.configure(this.configs.open(transport));
      else lost.add(lane);
    }
  }

  #drop(lane: Lane): void {
    if (this.#lanes.get(lane.transportId) === lane) this.#lanes.delete(lane.transportId);
  }
}
