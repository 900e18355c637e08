import { Places } from '../../domain/places.js';
import type { Lane } from '../lanes/lane.js';

interface Tenant {
  readonly uid: string;
  /** Lanes with something to send; the first one is next. A Map keeps the order of insertion. */
  readonly lanes: Map<number, Lane>;
}

/** Minimum time over which the rate of freed slots is measured, in ms. */
const TURNOVER_MS = 100;

/** Permission for one request in flight. */
export interface Slot {
  readonly lane: Lane;
  /** Origin of the request. It is kept here, because the lane's configuration may change while the request is in flight. */
  readonly origin: string;
}

/**
 * The slots of a process, and whose turn it is: tenants take turns, and within a tenant its lanes do. Each turn is one
 * request. A lane that `Places` does not admit is skipped.
 */
export class Slots {
  readonly #places: Places;
  readonly #tenants = new Map<string, Tenant>();
  /** Tenants that have lanes with something to send; the first one is next. */
  readonly #circle = new Set<Tenant>();

  /** Number of slots released so far. */
  #released = 0;
  #turnover = { since: performance.now(), released: 0, isQuick: true };

  /**
   * @param size maximum number of requests in flight, at least 1
   * @param perOrigin maximum number of requests in flight to one origin, over all tenants
   */
  constructor(size: number, perOrigin: number) {
    this.#places = new Places(size, perOrigin);
  }

  /** Requests in flight. */
  get taken(): number {
    return this.#places.taken;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Whether all slots except the reserve are taken (see `Places`). */
  get isBusy(): boolean {
    return this.#places.isReserveOnly;
  }

  /** Whether lanes wait for a slot, and all slots except the reserve are taken: this process cannot send all that it holds. */
  get isOverloaded(): boolean {
    return this.isBusy && this.#circle.size > 0;
  }

  /** Whether deliveries that are read now are sent soon: slots are free, or at least half of them become free within 100 ms. */
  get areSoonFree(): boolean {
    const { since, released, isQuick } = this.#turnover;
    if (!this.isBusy) return true;
    const elapsedMs = performance.now() - since;
    if (elapsedMs < TURNOVER_MS) return isQuick;
    const perWindow = ((this.#released - released) * TURNOVER_MS) / elapsedMs;
    this.#turnover = {
      since: since + elapsedMs,
      released: this.#released,
      isQuick: perWindow >= this.size / 2,
    };
    return this.#turnover.isQuick;
  }

  /** The lane has something to send. */
  add(lane: Lane): void {
    let tenant = this.#tenants.get(lane.tenantUid);
    if (!tenant) {
      tenant = { uid: lane.tenantUid, lanes: new Map() };
      this.#tenants.set(lane.tenantUid, tenant);
    }
    tenant.lanes.set(lane.transportId, lane);
    this.#circle.add(tenant);
  }

  /** The lane has nothing to send, or is not held any more. */
  remove(lane: Lane): void {
    const tenant = this.#tenants.get(lane.tenantUid);
    if (!tenant || tenant.lanes.get(lane.transportId) !== lane) return;
    tenant.lanes.delete(lane.transportId);
    if (tenant.lanes.size > 0) return;
    this.#circle.delete(tenant);
    this.#forget(tenant);
  }

  /**
   * Acquires a slot for the lane whose turn it is. The lane has no further turn until it is added again.
   *
   * @returns undefined: no slot is free for any of the lanes
   */
  acquire(): Slot | undefined {
    if (this.#places.free <= 0) return undefined;
    for (const tenant of this.#circle) {
      for (const [transportId, lane] of tenant.lanes) {
        const { origin } = lane;
        if (!this.#places.admits(tenant.uid, origin)) continue;
        this.#places.acquire(tenant.uid, origin);
        tenant.lanes.delete(transportId);
        this.#circle.delete(tenant);
        if (tenant.lanes.size > 0) this.#circle.add(tenant);
        return { lane, origin };
      }
    }
    return undefined;
  }

  /** The request has ended, or did not start. */
  release({ lane, origin }: Slot): void {
    this.#released++;
    this.#places.release(lane.tenantUid, origin);
    const tenant = this.#tenants.get(lane.tenantUid);
    if (tenant && tenant.lanes.size === 0) this.#forget(tenant);
  }

  /** A tenant stays while it has requests in flight, because V8 rebuilds a Map whose keys are added and deleted all the time. */
  #forget(tenant: Tenant): void {
    if (this.#places.isNewcomer(tenant.uid, '')) this.#tenants.delete(tenant.uid);
  }
}
