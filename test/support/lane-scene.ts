import { HeldLanes } from '../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../lib/delivery/lanes/inspection-list.js';
import { LaneClaimer } from '../../lib/delivery/lanes/lane-claimer.js';
import { LaneReleaser } from '../../lib/delivery/lanes/lane-releaser.js';
import { LaneRenewals } from '../../lib/delivery/lanes/lane-renewals.js';
import { LaneUpkeep } from '../../lib/delivery/lanes/lane-upkeep.js';
import type { Lane } from '../../lib/delivery/lanes/lane.js';
import { TransportConfigs } from '../../lib/delivery/sending/transport-config.js';
import { AllowList } from '../../lib/egress/allow-list.js';
import { checkUrl } from '../../lib/egress/url-policy.js';
import type { LaneStore } from '../../lib/persistence/ports/lane-store.js';
import { SecretBox } from '../../lib/secrets/secret-box.js';
import { eventually } from './eventually.js';
import { NO_CIRCUIT } from './lanes.js';
import type { StoreFixture } from './store-fixture.js';

const DEFAULTS = { timeoutMs: 10_000, transportConcurrency: 8, retryScheduleMs: [], userAgent: 'test' };
const URL_RULES = { allowHttp: false, allow: new AllowList([]) };

/** The parts of one process that work with lanes, on real stores. Nothing is sent. */
export class LaneScene {
  readonly errors: unknown[] = [];
  readonly held: HeldLanes;
  readonly claimer: LaneClaimer;
  readonly renewals: LaneRenewals;
  readonly upkeep: LaneUpkeep;
  readonly releaser: LaneReleaser;
  readonly inspection = new InspectionList();

  constructor(
    private readonly fixture: StoreFixture,
    { store = fixture.stores.lanes, holder = 'me', mostLanes = 10 }: Partial<SceneOptions> = {},
  ) {
    const clocks = { now: () => fixture.database.now(), elapsed: () => performance.now() };
    const onError = (error: unknown) => this.errors.push(error);
    const configs = new TransportConfigs(new SecretBox([]), (url) => checkUrl(url, URL_RULES), DEFAULTS);
    const { inspection } = this;
    this.held = new HeldLanes(mostLanes);
    this.renewals = new LaneRenewals(store, clocks);
    const options = {
      holder,
      leaseMs: 30_000,
      pollMs: 20,
      policy: NO_CIRCUIT,
      isBusy: () => false,
      isOverloaded: () => false,
    };
    this.claimer = new LaneClaimer(store, this.held, configs, inspection, {
      ...options,
      ...clocks,
      areWakeUpsProven: () => false,
      announceWork: () => undefined,
      onError,
    });
    this.upkeep = new LaneUpkeep(store, this.held, this.renewals, configs, this.claimer, inspection, clocks);
    const { records } = fixture.stores;
    this.releaser = new LaneReleaser(store, records, this.held, this.claimer, inspection, {
      ...clocks,
      onError,
    });
  }

  /** Claims due lanes until this number of lanes is held, and then stops claiming. */
  async claim(count = 1): Promise<Lane[]> {
    this.claimer.start();
    await eventually(() => this.held.size >= count);
    await this.claimer.stop();
    return [...this.held.all()];
  }

  async read(lane: Lane): Promise<void> {
    const now = this.fixture.database.now() + 1_000;
    const request = lane.nextRead({ now, elapsed: performance.now() })!;
    const [reading] = await this.fixture.stores.lanes.read([request], now);
    lane.acceptRows(reading!, request.limit, now, () => false);
  }

  /** Releases every lane that is put on the inspection list. */
  releaseWhenInspected(): void {
    this.inspection.start((lanes) => {
      for (const lane of lanes) this.releaser.schedule(lane);
      this.releaser.release();
    });
  }

  async release(lane: Lane): Promise<void> {
    this.releaser.schedule(lane);
    this.releaser.release();
    await this.releaser.settled();
  }
}

interface SceneOptions {
  readonly store: LaneStore;
  readonly holder: string;
  readonly mostLanes: number;
}
