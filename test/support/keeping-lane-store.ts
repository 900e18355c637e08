import type {
  ClaimRequest,
  ClaimedLane,
  DueCursor,
  DueLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneRenewal,
  LaneStore,
  QueuedDelivery,
  StoredTransport,
} from '../../lib/persistence/ports/lane-store.js';
import { claimedLane } from './lanes.js';

type Method = 'due' | 'claim' | 'read' | 'check' | 'renew' | 'release' | 'forgiveCrashes' | 'transports';

/** A lane of the store, as a check shows it. Transports that are not in `lanes` were deleted. */
const lane = (transportId: number): LaneCheck => ({
  transportId,
  leaseToken: 1,
  isHeld: true,
  version: 0,
  requestsVersion: 0,
  transportVersion: 1,
});

/**
 * A lane store in memory, for rules that concern several lanes, calls at the same time, or errors of the database. The
 * statements themselves are tested on the real databases.
 */
export class KeepingLaneStore implements Pick<LaneStore, Method> {
  /** Calls in the order in which they began, with their transports. */
  readonly calls: [Method, ...number[]][] = [];
  readonly renewals: LaneRenewal[] = [];
  readonly releases: LaneRelease[] = [];
  readonly claims: ClaimRequest[] = [];
  /** The instants up to which rows were read. */
  readonly readUpTo: number[] = [];
  readonly pages: { readonly after: DueCursor; readonly limit: number }[] = [];
  readonly lanes = new Map<number, LaneCheck>();
  readonly configurations = new Map<number, StoredTransport>();
  readonly rows = new Map<number, readonly QueuedDelivery[]>();
  dueLanes: DueLane[] = [];
  /** Transports whose lane another transaction has locked, or whose version has changed. */
  locked: ReadonlySet<number> = new Set();
  /** The error that a call throws. */
  fail: (method: Method, transportIds: readonly number[]) => Error | undefined = () => undefined;
  #gate: Promise<void> = Promise.resolve();

  constructor(...transportIds: number[]) {
    for (const transportId of transportIds) this.change(transportId, {});
  }

  change(transportId: number, changes: Partial<LaneCheck>): void {
    this.lanes.set(transportId, { ...(this.lanes.get(transportId) ?? lane(transportId)), ...changes });
  }

  /** Calls wait until the returned function is called. */
  pause(): () => void {
    let resume!: () => void;
    this.#gate = new Promise((resolve) => (resume = resolve));
    return resume;
  }

  /** The transports of each call of a method. */
  callsOf(method: Method): number[][] {
    return this.calls.flatMap(([name, ...transportIds]) => (name === method ? [transportIds] : []));
  }

  async due(after: DueCursor, limit: number): Promise<DueLane[]> {
    this.pages.push({ after, limit });
    await this.#call('due', []);
    const isAfter = ({ dueAt, transportId }: DueLane) =>
      dueAt > after.dueAt || (dueAt === after.dueAt && transportId > after.transportId);
    return this.dueLanes.filter(isAfter).slice(0, limit);
  }

  async claim(request: ClaimRequest): Promise<ClaimedLane[]> {
    this.claims.push(request);
    await this.#call('claim', request.transportIds);
    return this.#present(request.transportIds).map((transportId) => claimedLane({ transportId }));
  }

  async read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    this.readUpTo.push(now);
    const ids = requests.map(({ transportId }) => transportId);
    await this.#call('read', ids);
    return this.#present(ids).map((transportId) => {
      const { version, requestsVersion } = this.lanes.get(transportId)!;
      const rows = this.rows.get(transportId) ?? [];
      return { transportId, version, requestsVersion, rows, nextDueAt: null };
    });
  }

  async check(transportIds: readonly number[]): Promise<LaneCheck[]> {
    await this.#call('check', transportIds);
    return transportIds.flatMap((transportId) => this.lanes.get(transportId) ?? []);
  }

  async renew(renewals: readonly LaneRenewal[]): Promise<ReadonlySet<number>> {
    const ids = renewals.map(({ transportId }) => transportId);
    await this.#call('renew', ids);
    this.renewals.push(...renewals);
    return new Set(this.#present(ids));
  }

  async release(releases: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    const ids = releases.map(({ transportId }) => transportId);
    await this.#call('release', ids);
    this.releases.push(...releases);
    return new Set(this.#present(ids));
  }

  async forgiveCrashes(transportIds: readonly number[]): Promise<void> {
    await this.#call('forgiveCrashes', transportIds);
  }

  async transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>> {
    await this.#call('transports', transportIds);
    const stored = transportIds.flatMap((transportId) => {
      const configuration = this.configurations.get(transportId);
      return configuration ? [[transportId, configuration] as const] : [];
    });
    return new Map(stored);
  }

  #present(transportIds: readonly number[]): number[] {
    return transportIds.filter((transportId) => this.lanes.has(transportId) && !this.locked.has(transportId));
  }

  async #call(method: Method, transportIds: readonly number[]): Promise<void> {
    this.calls.push([method, ...transportIds]);
    await this.#gate;
    const error = this.fail(method, transportIds);
    if (error) throw error;
  }
}
