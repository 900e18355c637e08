import type { HttpTransportEntity } from '../../lib/persistence/entities/http-transport.entity.js';
import {
  FIRST_DUE,
  type ClaimedLane,
  type ClaimRequest,
  type LaneRelease,
  type LaneRenewal,
} from '../../lib/persistence/ports/lane-store.js';
import type { Row, StoreFixture } from './store-fixture.js';

export const LEASE_MS = 30_000;
/** The state of a lane without a history. */
export const CALM = { consecutiveFailures: 0, rate: { used: 0, usedUntil: 0 }, scanFrom: -1 };

type HeldBy = Pick<ClaimedLane, 'transportId' | 'leaseToken'>;

/** Shortcuts for steps that many tests of lanes have in common. */
export class LaneFixture {
  constructor(private readonly fixture: StoreFixture) {}

  /** A transport whose lane has been due for `overdueMs`. */
  async due(
    overdueMs = 1_000,
    tenantUid = 'shop',
    settings: Partial<HttpTransportEntity> = {},
  ): Promise<HttpTransportEntity> {
    const transport = await this.fixture.transport(tenantUid, settings);
    await this.set(transport, { due_at: this.fixture.database.now() - overdueMs });
    return transport;
  }

  /** The due lanes, by transport. */
  async dueIds(limit = 1_000): Promise<number[]> {
    const lanes = await this.fixture.stores.lanes.due(FIRST_DUE, limit);
    return lanes.map(({ transportId }) => transportId);
  }

  /** Claims these lanes; without any, all that are due. */
  async claim(...transports: readonly { id: number }[]): Promise<ClaimedLane[]> {
    return this.claimAs({}, ...transports);
  }

  async claimAs(
    request: Partial<ClaimRequest>,
    ...transports: readonly { id: number }[]
  ): Promise<ClaimedLane[]> {
    const transportIds = transports.length > 0 ? transports.map(({ id }) => id) : await this.dueIds();
    const { lanes } = this.fixture.stores;
    const claimed = await lanes.claim({ holder: 'me', leaseMs: LEASE_MS, transportIds, ...request });
    return claimed.sort((one, other) => one.transportId - other.transportId);
  }

  renew({ transportId, leaseToken }: HeldBy, state: Partial<LaneRenewal> = {}): Promise<ReadonlySet<number>> {
    return this.fixture.stores.lanes.renew([
      { ...CALM, leaseMs: LEASE_MS, ...state, transportId, leaseToken },
    ]);
  }

  release(
    { transportId, leaseToken }: HeldBy,
    state: Partial<LaneRelease> = {},
  ): Promise<ReadonlySet<number>> {
    return this.fixture.stores.lanes.release([
      { ...CALM, version: null, dueAt: null, ...state, transportId, leaseToken },
    ]);
  }

  set({ id }: { id: number }, values: Row): Promise<void> {
    return this.fixture.set('webhook_lane', values, { transport_id: id });
  }

  async row({ id }: { id: number }): Promise<Row> {
    return (await this.fixture.rowsWith('webhook_lane', { transport_id: id }))[0]!;
  }
}
