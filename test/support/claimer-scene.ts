import type { LaneCandidate } from '../../lib/delivery/lanes/choose-lanes.js';
import { HeldLanes } from '../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../lib/delivery/lanes/inspection-list.js';
import { LaneClaimer, type LaneClaimerOptions } from '../../lib/delivery/lanes/lane-claimer.js';
import type { DueLane } from '../../lib/persistence/ports/lane-store.js';
import { KeepingLaneStore } from './keeping-lane-store.js';
import { NO_CIRCUIT, NOW, transportConfigs } from './lanes.js';

/** Longer than a test, so that nothing in a test happens because of a poll. */
const NEVER_MS = 600_000;

/** A lane that is due, of a tenant and an origin of its own. */
export const dueLane = (transportId: number, lane: Partial<DueLane> = {}): DueLane => ({
  transportId,
  tenantUid: `tenant-${transportId}`,
  origin: `https://${transportId}.example.com`,
  encryptedWith: '',
  dueAt: 1,
  ...lane,
});

/** A lane to which fan-out of this process has just added work. */
export const notifiedLane = (transportId: number): LaneCandidate => ({
  ...dueLane(transportId),
  dueAt: null,
});

/** The numbers from 1 to `count`. */
export const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/**
 * A `LaneClaimer` with a store in memory.
 *
 * @param due number of lanes that are due
 * @param mostLanes maximum number of lanes that the process holds
 */
export function claimerScene(due: number, options: Partial<LaneClaimerOptions> = {}, mostLanes = 16) {
  const store = new KeepingLaneStore(...ids(due));
  store.dueLanes = ids(due).map((transportId) => dueLane(transportId));
  const held = new HeldLanes(mostLanes);
  const inspection = new InspectionList();
  const noted = {
    inspected: [] as number[],
    announced: [] as (readonly number[])[],
    errors: [] as [unknown, number][],
  };
  inspection.start((some) => noted.inspected.push(...[...some].map(({ transportId }) => transportId)));
  const claimer = new LaneClaimer(store, held, transportConfigs(), inspection, {
    holder: 'me',
    leaseMs: 30_000,
    pollMs: NEVER_MS,
    areWakeUpsProven: () => false,
    policy: NO_CIRCUIT,
    isBusy: () => false,
    isOverloaded: () => false,
    now: () => NOW,
    elapsed: () => 0,
    announceWork: (some) => noted.announced.push(some),
    onError: (...failure) => noted.errors.push(failure),
    ...options,
  });
  const holds = () => [...held.all()].map(({ transportId }) => transportId);
  return { store, held, claimer, noted, holds };
}
