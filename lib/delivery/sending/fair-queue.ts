import type { Lane } from './lane.js';

interface Tenant {
  /** Lanes with something to send, the one whose turn it is first. A Map keeps the order of insertion. */
  readonly lanes: Map<number, Lane>;
  inFlight: number;
}

/**
 * Whose turn it is: tenants in a circle, within a tenant its lanes in a circle, one request each time. The last quarter
 * of the slots is kept for tenants that have no request in flight, so that a tenant whose receivers hang cannot
 * take them all.
 */
export class FairQueue {
  readonly #tenants = new Map<string, Tenant>();
  /** Tenants that have lanes with something to send. */
  readonly #circle = new Set<Tenant>();
  #inFlight = 0;

  /** @param slots requests in flight at most, at least 1 */
  constructor(private readonly slots: number) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  /** The lane has something to send. */
  add(lane: Lane): void {
    const tenant = this.#tenant(lane.tenantUid);
    tenant.lanes.set(lane.transportId, lane);
    this.#circle.add(tenant);
  }

  /** The lane has nothing to send, or is not held any more. */
  remove(lane: Lane): void {
    const tenant = this.#tenants.get(lane.tenantUid);
    if (!tenant) return;
    if (tenant.lanes.get(lane.transportId) === lane) tenant.lanes.delete(lane.transportId);
    this.#tidy(lane.tenantUid, tenant);
  }

  /** The lane whose turn it is, when a slot is free for it; its slot is taken. It leaves the circle until it is added again. */
  take(): Lane | undefined {
    const free = this.slots - this.#inFlight;
    if (free <= 0) return undefined;
    const isReserve = free <= Math.floor(this.slots / 4);
    for (const tenant of this.#circle) {
      if (isReserve && tenant.inFlight > 0) continue;
      const [transportId, lane] = tenant.lanes.entries().next().value!;
      tenant.lanes.delete(transportId);
      this.#circle.delete(tenant);
      if (tenant.lanes.size > 0) this.#circle.add(tenant);
      tenant.inFlight++;
      this.#inFlight++;
      return lane;
    }
    return undefined;
  }

  /** A request of the lane has been answered. */
  give(lane: Lane): void {
    const tenant = this.#tenants.get(lane.tenantUid)!;
    tenant.inFlight--;
    this.#inFlight--;
    this.#tidy(lane.tenantUid, tenant);
  }

  #tenant(tenantUid: string): Tenant {
    let tenant = this.#tenants.get(tenantUid);
    if (!tenant) {
      tenant = { lanes: new Map(), inFlight: 0 };
      this.#tenants.set(tenantUid, tenant);
    }
    return tenant;
  }

  #tidy(tenantUid: string, tenant: Tenant): void {
    if (tenant.lanes.size > 0) return;
    this.#circle.delete(tenant);
    if (tenant.inFlight === 0) this.#tenants.delete(tenantUid);
  }
}
