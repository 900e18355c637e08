import type { QueueCountStore } from '../../persistence/ports/queue-count-store.js';

/** Part of a tenant's quota up to which recoveries fill it. The rest stays for fresh deliveries, which would be `MISSED` beyond it. */
const RECOVERED_PART = 0.5;
/** Minimum age of a count before the next one, in ms, and as a multiple of the time that counting took. */
const COUNT_EVERY_MS = 1_000;
const REST_FACTOR = 20;
/** Maximum number of tenants whose count is remembered. */
const MOST_TENANTS = 1_000;

interface Counted {
  readonly pending: number;
  /** performance.now() */
  readonly againAt: number;
  added: number;
}

/** How many deliveries of a tenant recoveries may enqueue without filling its quota of pending deliveries. */
export class RecoveryQuota {
  readonly #counted = new Map<string, Counted>();

  /** @param maxPending the quota: pending deliveries of a tenant */
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
