import type { Lane } from './lane.js';
import { OriginLimit, originOf } from './origin-limit.js';

/** What a request occupies beside its slot until it is answered. */
export interface Room {
  readonly origin: string | undefined;
  readonly suspect: 'suspect' | undefined;
}

export interface SendingRoomOptions {
  /** Requests in flight to one destination origin. */
  readonly maxPerOrigin: number;
  /** Whether a lane that has waited can still send. */
  readonly isReady: (lane: Lane) => boolean;
  /** A lane that has waited is to be looked at again. */
  readonly touch: (lane: Lane) => void;
}

/** What lanes of one process share beside its slots: room at each destination, and a single place for suspects. */
export class SendingRoom {
  readonly #origins: OriginLimit;
  /** One at a time over all lanes, so that the death of the process tells which it was. */
  readonly #suspects = new OriginLimit(1);

  constructor(private readonly options: SendingRoomOptions) {
    this.#origins = new OriginLimit(options.maxPerOrigin);
  }

  /** Takes room for the next request of a lane. @returns undefined: there is none, and the lane waits to be touched */
  take(lane: Lane): Room | undefined {
    const room: Room = { origin: originOf(lane), suspect: lane.nextIsSuspect ? 'suspect' : undefined };
    if (!this.#suspects.take(room.suspect, lane)) return undefined;
    if (this.#origins.take(room.origin, lane)) return room;
    this.#give(this.#suspects, room.suspect);
    return undefined;
  }

  give({ origin, suspect }: Room): void {
    this.#give(this.#origins, origin);
    this.#give(this.#suspects, suspect);
  }

  #give(limit: OriginLimit, name: string | undefined): void {
    const next = limit.give(name, this.options.isReady);
    if (next) this.options.touch(next);
  }
}
