import type { HealthPolicy } from '../domain/transport-health.js';
import type { LaneRelease, LaneStore, TakeRequest } from '../persistence/lane-store.js';
import { PARKED_DUE_AT, type RecordStore } from '../persistence/record-store.js';
import { Lane } from './lane.js';
import { LaneRenewals } from './lane-renewals.js';
import type { TransportConfigs } from './transport-config.js';

const NONE: ReadonlySet<number> = new Set();

export interface LaneKeeperOptions {
  /** Names this process, uniquely among all that share the database and ever did. */
  readonly holder: string;
  readonly leaseMs: number;
  /** Lanes held at a time. */
  readonly mostLanes: number;
  readonly policy: HealthPolicy;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
}

/**
 * Which lanes this process holds: takes them, keeps their leases and configuration fresh, gives them back. Knows
 * nothing of requests.
 */
export class LaneKeeper {
  readonly #lanes = new Map<number, Lane>();
  readonly #renewals: LaneRenewals;

  constructor(
    private readonly store: LaneStore,
    private readonly records: Pick<RecordStore, 'unpark'>,
    private readonly configs: TransportConfigs,
    private readonly options: LaneKeeperOptions,
  ) {
    this.#renewals = new LaneRenewals(store, options.now);
  }

  get(transportId: number): Lane | undefined {
    return this.#lanes.get(transportId);
  }

  all(): IterableIterator<Lane> {
    return this.#lanes.values();
  }

  get size(): number {
    return this.#lanes.size;
  }

  get mostLanes(): number {
    return this.options.mostLanes;
  }

  /** How many more lanes may be held. */
  get room(): number {
    return this.options.mostLanes - this.#lanes.size;
  }

  /** Takes lanes that fan-out has just told. */
  takeThese(transportIds: readonly number[]): Promise<Lane[]> {
    return this.#take({ transportIds, overdueMs: 0, limit: Math.min(transportIds.length, this.room) });
  }

  /** Takes due lanes, longest due first, but no more than half of all lanes for one tenant. */
  takeDue(overdueMs: number): Promise<Lane[]> {
    return this.#take({ overdueMs, limit: this.room });
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

    const checkedAt = performance.now();
    await this.#reconfigure(held, lost);
    for (const lane of held) if (!lost.has(lane)) lane.confirmed(checkedAt);

    const monotonicNow = performance.now();
    const ending = held.filter((lane) => !lost.has(lane) && lane.needsRenewal(monotonicNow));
    if (ending.length > 0) for (const lane of await this.#renewals.renew(ending)) lost.add(lane);
    for (const lane of lost) this.#drop(lane);
    return { changed: held.filter((lane) => !lost.has(lane)), lost: [...lost] };
  }

  /**
   * Writes down what the lane has used of its rate limit, together with what others have to write.
   *
   * @returns whether the lane is still ours
   */
  async noteUse(lane: Lane): Promise<boolean> {
    return !(await this.#renewals.renew([lane])).has(lane);
  }

  /** Gives lanes back. @returns those that are kept, since work was added meanwhile */
  async release(releases: readonly LaneRelease[]): Promise<Lane[]> {
    const stuck = await this.#freeStuck(releases);
    const released = await this.store.release(releases.filter(({ transportId }) => !stuck.has(transportId)));
    const kept: Lane[] = [];
    for (const { transportId, leaseToken } of releases) {
      const lane = this.#lanes.get(transportId);
      // Another token: it was told and taken again before this answer came.
      if (lane?.leaseToken !== leaseToken) continue;
      if (released.has(transportId)) {
        this.#drop(lane);
      } else {
        lane.kept();
        kept.push(lane);
      }
    }
    return kept;
  }

  /** Whoever would come back for parked deliveries only has nobody left to wait for: these wait for nobody either. */
  async #freeStuck(releases: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    const onlyParked = releases.filter(({ dueAt }) => dueAt === PARKED_DUE_AT);
    if (onlyParked.length === 0) return NONE;
    return this.records.unpark(
      onlyParked.map(({ transportId }) => transportId),
      this.options.now(),
    );
  }

  async #take(request: Pick<TakeRequest, 'limit' | 'overdueMs' | 'transportIds'>): Promise<Lane[]> {
    const { holder, leaseMs, policy } = this.options;
    const takenAt = performance.now();
    const taken = await this.store.take({
      holder,
      leaseMs,
      exceptTenants: this.#greedyTenants(),
      ...request,
    });
    return taken.map((one) => {
      const held = this.#lanes.get(one.transportId);
      if (held?.retaken(one, takenAt)) return held;
      const lane = new Lane(one, this.configs.open(one.transport), takenAt, policy);
      this.#lanes.set(lane.transportId, lane);
      return lane;
    });
  }

  #greedyTenants(): string[] {
    const counts = new Map<string, number>();
    for (const { tenantUid } of this.#lanes.values()) counts.set(tenantUid, (counts.get(tenantUid) ?? 0) + 1);
    return [...counts]
      .filter(([, count]) => count >= this.options.mostLanes / 2)
      .map(([tenantUid]) => tenantUid);
  }

  async #reconfigure(held: readonly Lane[], lost: Set<Lane>): Promise<void> {
    const checks = new Map(
      (await this.store.check(held.map((lane) => lane.transportId))).map((check) => [
        check.transportId,
        check,
      ]),
    );
    const outdated: Lane[] = [];
    for (const lane of held) {
      const check = checks.get(lane.transportId);
      // Missing: the transport was deleted. A newer token: the lease ran out and somebody else holds the lane.
      if (!check || check.leaseToken > lane.leaseToken) lost.add(lane);
      else if (lane.checked(check.version, check.transportVersion)) outdated.push(lane);
    }
    if (outdated.length === 0) return;
    const askedAt = performance.now();
    const stored = await this.store.transports(outdated.map((lane) => lane.transportId));
    for (const lane of outdated) {
      const transport = stored.get(lane.transportId);
      if (transport) lane.configure(this.configs.open(transport), this.options.now(), askedAt);
      else lost.add(lane);
    }
  }

  #drop(lane: Lane): void {
    if (this.#lanes.get(lane.transportId) === lane) this.#lanes.delete(lane.transportId);
  }
}
