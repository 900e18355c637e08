import type { LaneStore } from '../../persistence/ports/lane-store.js';
import type { TransportConfigs } from '../sending/transport-config.js';
import type { HeldLanes } from './held-lanes.js';
import { inHalves } from './in-halves.js';
import type { InspectionList } from './inspection-list.js';
import type { LaneClaimer } from './lane-claimer.js';
import type { LaneClocks, LaneRenewals } from './lane-renewals.js';
import type { Lane } from './lane.js';

/** Refreshes the held lanes: looks for new work and new configuration, renews leases, and drops lanes that are no longer held. */
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
    await this.#reconfigure(outdated, lost);
    for (const lane of lost) this.held.remove(lane);
    const current = lanes.filter((lane) => this.held.has(lane));
    for (const lane of current) lane.confirmed(checkedAt);

    const elapsed = this.clocks.elapsed();
    const ending = current.filter((lane) => lane.needsRenewal(elapsed));
    if (ending.length > 0) await this.renewals.renew(ending);
    for (const lane of current) this.inspection.add(lane);
    return [...lost];
  }

  async #check(lanes: readonly Lane[]): Promise<{ lost: Set<Lane>; outdated: Lane[] }> {
    const lost = new Set<Lane>();
    const claimedByOthers: number[] = [];
    const outdated: Lane[] = [];
    const check = async (some: readonly Lane[]): Promise<void> => {
      const ids = some.map((lane) => lane.transportId);
      const checks = new Map((await this.store.check(ids)).map((check) => [check.transportId, check]));
      for (const lane of some) {
        const check = checks.get(lane.transportId);
        if (!check) {
          lost.add(lane);
        } else if (check.leaseToken > lane.leaseToken) {
          lost.add(lane);
          claimedByOthers.push(lane.transportId);
        } else if (!check.isHeld && lane.state !== 'RELEASING') {
          // The release has succeeded, and its result was lost.
          lost.add(lane);
        } else if (lane.checked(check)) {
          outdated.push(lane);
        }
      }
    };
    await inHalves(lanes, check, (lane) => this.#giveUp(lane));
    // The next holder has counted a crash, but this process is alive: its lease expired, or the database's clock was set.
    await inHalves(
      claimedByOthers,
      (ids) => this.store.forgiveCrashes(ids),
      () => undefined,
    );
    return { lost, outdated };
  }

  async #reconfigure(outdated: readonly Lane[], lost: Set<Lane>): Promise<void> {
    const askedAt = this.clocks.elapsed();
    const configure = async (some: readonly Lane[]): Promise<void> => {
      const stored = await this.store.transports(some.map((lane) => lane.transportId));
      for (const lane of some) {
        const transport = stored.get(lane.transportId);
        if (transport) lane.configure(this.configs.decrypt(transport), this.clocks.now(), askedAt);
        else lost.add(lane);
      }
    };
    await inHalves(outdated, configure, (lane) => this.#giveUp(lane));
  }

  /** A lane that cannot be read sends nothing more, and this process does not claim it again for a while. */
  #giveUp(lane: Lane): void {
    lane.drain();
    this.claimer.avoid(lane.transportId);
  }
}
