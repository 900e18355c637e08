import { classify } from '../../persistence/driver-errors.js';
import type { LaneStore, StoredTransport } from '../../persistence/lane-store.js';
import type { TransportConfigs } from '../sending/transport-config.js';
import type { HeldLanes } from './held-lanes.js';
import type { InspectionList } from './inspection-list.js';
import type { LaneClaimer } from './lane-claimer.js';
import type { LaneClocks, LaneRenewals } from './lane-renewals.js';
import type { Lane } from './lane.js';

/**
 * Keeps the held lanes current: looks for new work and new configuration, extends leases, and lets go of lanes that
 * another process has claimed.
 */
export class LaneUpkeep {
  constructor(
    private readonly store: Pick<LaneStore, 'check' | 'transports' | 'forgiveCrashes'>,
    private readonly held: HeldLanes,
    private readonly renewals: LaneRenewals,
    private readonly configs: TransportConfigs,
    private readonly claimer: Pick<LaneClaimer, 'avoid'>,
    private readonly inspection: InspectionList,
    private readonly clocks: LaneClocks,
  ) {}

  /** @returns the lanes that are no longer held */
  async refresh(): Promise<Lane[]> {
    const lanes = [...this.held.all()];
    if (lanes.length === 0) return [];
    const checkedAt = this.clocks.elapsed();
    const { lost, outdated } = await this.#check(lanes);
    const unread = new Set(await this.#reconfigure(outdated, lost));
    for (const lane of lost) this.held.remove(lane);
    const current = lanes.filter((lane) => this.held.has(lane));
    for (const lane of current) if (!unread.has(lane)) lane.confirmed(checkedAt);

    const elapsed = this.clocks.elapsed();
    const ending = current.filter((lane) => lane.needsRenewal(elapsed));
    if (ending.length > 0) await this.renewals.renew(ending);
    for (const lane of current) this.inspection.add(lane);
    return [...lost];
  }

  async #check(lanes: readonly Lane[]): Promise<{ lost: Set<Lane>; outdated: Lane[] }> {
    const ids = lanes.map((lane) => lane.transportId);
    const checks = new Map((await this.store.check(ids)).map((check) => [check.transportId, check]));
    const lost = new Set<Lane>();
    const claimedByOthers: number[] = [];
    const outdated: Lane[] = [];
    for (const lane of lanes) {
      const check = checks.get(lane.transportId);
      if (!check) {
        lost.add(lane);
      } else if (check.leaseToken > lane.leaseToken) {
        lost.add(lane);
        claimedByOthers.push(lane.transportId);
      } else if (!check.isHeld && lane.state !== 'RELEASING') {
        // The release has succeeded, and its result was lost.
        lost.add(lane);
      } else if (lane.checked(check.version, check.transportVersion)) {
        outdated.push(lane);
      }
    }
    // Its next holder counted a crash of this process, which lives: the lease expired, or the database's clock was set.
    if (claimedByOthers.length > 0) await this.store.forgiveCrashes(claimedByOthers);
    return { lost, outdated };
  }

  /** @returns the lanes whose configuration could not be read */
  async #reconfigure(outdated: readonly Lane[], lost: Set<Lane>): Promise<Lane[]> {
    if (outdated.length === 0) return [];
    const askedAt = this.clocks.elapsed();
    let stored: Map<number, StoredTransport>;
    try {
      stored = await this.store.transports(outdated.map((lane) => lane.transportId));
    } catch (error) {
      if (classify(error) !== 'refused') throw error;
      return this.#reconfigureInHalves(outdated, lost);
    }
    for (const lane of outdated) {
      const transport = stored.get(lane.transportId);
      if (transport) lane.configure(this.configs.open(transport), this.clocks.now(), askedAt);
      else lost.add(lane);
    }
    return [];
  }

  async #reconfigureInHalves(outdated: readonly Lane[], lost: Set<Lane>): Promise<Lane[]> {
    const [first] = outdated;
    if (first && outdated.length === 1) {
      first.drain();
      this.claimer.avoid(first.transportId);
      return [first];
    }
    const half = outdated.length >> 1;
    return [
      ...(await this.#reconfigure(outdated.slice(0, half), lost)),
      ...(await this.#reconfigure(outdated.slice(half), lost)),
    ];
  }
}
