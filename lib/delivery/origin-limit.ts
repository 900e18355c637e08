import type { Lane } from './lane.js';

interface Origin {
  inFlight: number;
  /** Lanes that wait for room, by tenant. Maps and sets keep the order of insertion: who has waited longest is first. */
  readonly waiting: Map<string, Set<Lane>>;
}

/**
 * Caps the requests in flight to one destination origin over all tenants of the process, so that nobody can turn the
 * service on a third party with many transports that lead to it. A lane that finds no room waits here instead of among
 * the lanes that may send, so that it costs the others nothing; tenants get room in turn.
 */
export class OriginLimit {
  readonly #origins = new Map<string, Origin>();

  /** @param most requests in flight to one origin, at least 1 */
  constructor(private readonly most: number) {}

  /**
   * Takes room for one request of the lane.
   *
   * @param name where it goes; undefined: nowhere, and there is always room
   * @returns false when there is none: the lane waits until `give` returns it
   */
  take(name: string | undefined, lane: Lane): boolean {
    if (name === undefined) return true;
    let origin = this.#origins.get(name);
    if (!origin) {
      origin = { inFlight: 0, waiting: new Map() };
      this.#origins.set(name, origin);
    }
    if (origin.inFlight < this.most) {
      origin.inFlight++;
      return true;
    }
    const waiting = origin.waiting.get(lane.tenantUid);
    if (waiting) waiting.add(lane);
    else origin.waiting.set(lane.tenantUid, new Set([lane]));
    return false;
  }

  /**
   * Gives back the room of one request.
   *
   * @param isReady whether a lane that has waited can still send
   * @returns the lane whose turn it is
   */
  give(name: string | undefined, isReady: (lane: Lane) => boolean): Lane | undefined {
    const origin = name === undefined ? undefined : this.#origins.get(name);
    if (name === undefined || !origin) return undefined;
    origin.inFlight--;
    for (const [tenantUid, lanes] of origin.waiting) {
      // To the end, if others of the tenant go on waiting.
      origin.waiting.delete(tenantUid);
      for (const lane of lanes) {
        lanes.delete(lane);
        if (!isReady(lane)) continue;
        if (lanes.size > 0) origin.waiting.set(tenantUid, lanes);
        return lane;
      }
    }
    if (origin.inFlight === 0) this.#origins.delete(name);
    return undefined;
  }
}

/** Where the lane sends to at present; undefined: it cannot send as it is configured. */
export const originOf = ({ config: { target } }: Lane): string | undefined =>
  target.ok ? target.url.origin : undefined;
