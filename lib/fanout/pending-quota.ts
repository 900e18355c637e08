import type { PlannedDelivery } from '../persistence/ports/fanout-store.js';
import type { QueueCountStore } from '../persistence/ports/queue-count-store.js';
import type { TenantShare } from './tenant-shares.js';

/**
 * The deliveries of a tenant that may be near its quota are counted again after this time, in ms, because other processes add
 * deliveries too.
 */
const LOOK_EVERY_MS = 2_000;
/** A count that has reached the quota is valid for this long, in ms. It is short, because deliveries end meanwhile. */
const LOOK_AGAIN_MS = 100;
/**
 * It takes about 150 ms to count a million deliveries. So a long queue is not counted again before this many times the duration of
 * the last count has passed.
 */
const REST_FACTOR = 20;
/** A queue is long if it has at least this number of pending deliveries. */
const LONG_QUEUE = 50_000;
/** Number of deliveries that a process may add for a tenant without counting, as a part of the quota. */
const UNSEEN_PART = 0.001;
/** The deliveries of a tenant that has used more than this part of its quota are counted regularly. */
const NEAR_PART = 0.5;
/** A tenant that has used this part of its quota, or more, is near the quota. */
const NOTIFY_PART = 0.8;
/** Minimum time between two reports of the same kind about a tenant, in ms. */
const WARN_EVERY_MS = 600_000;
/** A tenant counts as over its quota for this long after it missed a delivery, in ms. */
const EXCEEDED_FOR_MS = 60_000;
/** Maximum number of tenants remembered. A tenant that was forgotten is treated like one that was never counted. */
const MOST_TENANTS = 10_000;

/** The state of a tenant. Instants are monotonic (performance.now()). */
interface Known {
  /** Number of pending deliveries at the last count; 0 before the first count. */
  pending: number;
  /** Number of deliveries that this process has queued since. */
  added: number;
  lookedAt: number;
  /** How long the last count took, in ms. */
  costMs: number;
  missedAt: number;
  warnedAt: number;
  /** When it was last reported as near its quota. */
  nearAt: number;
}

export interface PendingQuotaOptions {
  /** Maximum number of pending deliveries of a tenant. */
  readonly limit: number;
  /** Called when a tenant has used 80 % of its quota or more, at most once in ten minutes for each tenant. */
  readonly onNear: (tenantUid: string, pending: number) => void;
  /** Called when deliveries of a tenant are missed because it has reached its quota, at most once in ten minutes for each tenant. */
  readonly onExceeded: (tenantUid: string, pending: number) => void;
  /** A monotonic clock in ms. Default: performance.now(). */
  readonly monotonicNow?: () => number;
}

/**
 * Keeps the pending deliveries of a tenant within its quota: deliveries beyond it are planned as missed. In almost all cases
 * that costs one comparison. The database counts only in three cases: the new deliveries may exceed the quota, the tenant had
 * used more than half of it at the last count, or this process has queued many deliveries for it since.
 */
export class PendingQuota {
  readonly #known = new Map<string, Known>();
  readonly #now: () => number;

  constructor(
    private readonly counts: QueueCountStore,
    private readonly options: PendingQuotaOptions,
  ) {
    this.#now = options.monotonicNow ?? (() => performance.now());
  }

  /** Number of tenants that missed a delivery in the last minute. */
  get exceeded(): number {
    const since = this.#now() - EXCEEDED_FOR_MS;
    return [...this.#known.values()].filter(({ missedAt }) => missedAt > since).length;
  }

  /** Returns the shares, with deliveries over the quota planned as missed. @throws the driver's error if counting fails */
  async admit(shares: readonly TenantShare[]): Promise<TenantShare[]> {
    const unsure = shares.flatMap(({ events, deliveries }) => {
      const tenantUid = events[0]?.tenantUid;
      return tenantUid !== undefined && this.#wantsLook(tenantUid, deliveries.length) ? tenantUid : [];
    });
    if (unsure.length > 0) await this.#look(unsure);
    return shares.map((share) => this.#admit(share));
  }

  /** Counts the deliveries of a share that was written. @param taken ids of the events that were written */
  written({ events, deliveries }: TenantShare, taken: ReadonlySet<number>): void {
    const [first] = events;
    if (!first) return;
    let added = 0;
    for (const { eventId, missedReason } of deliveries)
      if (missedReason === null && taken.has(eventId)) added++;
    if (added > 0) this.#of(first.tenantUid).added += added;
  }

  #wantsLook(tenantUid: string, more: number): boolean {
    const { limit } = this.options;
    const { pending, added, lookedAt, costMs } = this.#known.get(tenantUid) ?? UNSEEN;
    const age = this.#now() - lookedAt;
    const restMs = pending < LONG_QUEUE ? 0 : REST_FACTOR * costMs;
    if (pending + added + more > limit)
      return pending < limit ? age >= restMs : age >= Math.max(LOOK_AGAIN_MS, restMs);
    const mayBeNear = added + more > limit * UNSEEN_PART || pending > limit * NEAR_PART;
    return mayBeNear && age >= Math.max(LOOK_EVERY_MS, restMs);
  }

  async #look(tenantUids: readonly string[]): Promise<void> {
    for (const tenantUid of tenantUids) {
      const startedAt = this.#now();
      const pending = await this.counts.pending(tenantUid, this.options.limit);
      const lookedAt = this.#now();
      const known = Object.assign(this.#of(tenantUid), {
        pending,
        added: 0,
        lookedAt,
        costMs: lookedAt - startedAt,
      });
      if (pending < this.options.limit * NOTIFY_PART || lookedAt - known.nearAt < WARN_EVERY_MS) continue;
      known.nearAt = lookedAt;
      this.options.onNear(tenantUid, pending);
    }
  }

  #admit(share: TenantShare): TenantShare {
    const tenantUid = share.events[0]?.tenantUid;
    const known = tenantUid === undefined ? undefined : this.#known.get(tenantUid);
    if (tenantUid === undefined || !known) return share;
    const capacity = Math.max(0, this.options.limit - known.pending - known.added);
    if (share.deliveries.length <= capacity) return share;
    let queued = 0;
    const deliveries = share.deliveries.map((delivery): PlannedDelivery => {
      if (delivery.missedReason !== null || ++queued <= capacity) return delivery;
      return { ...delivery, missedReason: 'QUOTA_EXCEEDED' };
    });
    if (queued > capacity) this.#exceeded(tenantUid, known);
    return { ...share, deliveries };
  }

  #exceeded(tenantUid: string, known: Known): void {
    known.missedAt = this.#now();
    if (known.missedAt - known.warnedAt < WARN_EVERY_MS) return;
    known.warnedAt = known.missedAt;
    this.options.onExceeded(tenantUid, known.pending + known.added);
  }

  /** Returns the state of a tenant. The tenant that was used least recently is forgotten first. */
  #of(tenantUid: string): Known {
    let known = this.#known.get(tenantUid);
    if (known) this.#known.delete(tenantUid);
    else known = { ...UNSEEN };
    this.#known.set(tenantUid, known);
    if (this.#known.size > MOST_TENANTS) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}

const UNSEEN: Readonly<Known> = {
  pending: 0,
  added: 0,
  lookedAt: -Infinity,
  costMs: 0,
  missedAt: -Infinity,
  warnedAt: -Infinity,
  nearAt: -Infinity,
};
