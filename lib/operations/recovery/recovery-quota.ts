import type { QueueCountStore } from '../../persistence/ports/queue-count-store.js';

/** Part of a tenant's quota that recoveries may fill. The rest stays free for fresh deliveries: beyond the quota, they are `MISSED`. */
const RECOVERED_PART = 0.5;
/** A tenant's deliveries are counted again after this time, in ms, or after `REST_FACTOR` times the duration of the count if longer. */
const COUNT_EVERY_MS = 1_000;
const REST_FACTOR = 20;
/** Maximum number of tenants whose count is remembered. */
const MOST_TENANTS = 1_000;

interface Counted {
  readonly pending: number;
  /** When the deliveries are counted again, on the clock of performance.now(). */
  readonly againAt: number;
  added: number;
}

/** Limits the deliveries that recoveries enqueue for a tenant, so that they do not fill its quota of pending deliveries. */
export class RecoveryQuota {
  readonly #counted = new Map<string, Counted>();

  /** @param maxPending the quota: maximum number of pending deliveries of a tenant */
  constructor(
    private readonly counts: QueueCountStore,
    private readonly maxPending: number,
  ) {}

  /** @returns 0: the job has to wait */
  async capacity(tenantUid: string): Promise<number> {
    const limit = Math.max(1, Math.floor(this.maxPending * RECOVERED_PART));
    const known = this.#counted.get(tenantUid);
    const counted = known && performance.now() < known.againAt ? known : await this.#count(tenantUid, limit);
    return Math.max(0, limit - counted.pending - counted.added);
  }

  /** Call this when a job has enqueued `count` deliveries of the tenant. */
  added(tenantUid: string, count: number): void {
    const counted = this.#counted.get(tenantUid);
    if (counted) counted.added += count;
  }

  async #count(tenantUid: string, limit: number): Promise<Counted> {
    const startedAt = performance.now();
    const pending = await this.counts.pending(tenantUid, limit);
    const at = performance.now();
    const counted = {
      pending,
      againAt: at + Math.max(COUNT_EVERY_MS, REST_FACTOR * (at - startedAt)),
      added: 0,
    };
    this.#counted.delete(tenantUid);
    this.#counted.set(tenantUid, counted);
    if (this.#counted.size > MOST_TENANTS) this.#counted.delete(this.#counted.keys().next().value!);
    return counted;
  }
}
