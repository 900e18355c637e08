import type { DeliverySender } from './delivery-sender.js';
import { FairQueue } from './fair-queue.js';
import type { Lane } from './lane.js';
import { SendingRoom, type Room } from './sending-room.js';

export interface DeliveryDispatchOptions {
  /** Requests in flight. */
  readonly concurrency: number;
  /** Requests in flight to one destination origin, over all tenants. */
  readonly maxPerOrigin: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Whether this process holds the lane. */
  readonly isHeld: (lane: Lane) => boolean;
  /** The lane is to be looked at. */
  readonly touch: (lane: Lane) => void;
}

/** Which delivery starts when: as there are slots, room where it goes, and as its lane lets it go. */
export class DeliveryDispatch {
  readonly #queue: FairQueue;
  readonly #room: SendingRoom;
  /** Lanes that their rate limit will let go on at a known time. */
  readonly #rateTimers = new Map<Lane, NodeJS.Timeout>();

  constructor(
    private readonly sender: DeliverySender,
    private readonly options: DeliveryDispatchOptions,
  ) {
    const { concurrency, maxPerOrigin, now, isHeld, touch } = options;
    this.#queue = new FairQueue(concurrency);
    this.#room = new SendingRoom({
      maxPerOrigin,
      isReady: (lane) => isHeld(lane) && lane.maySend(performance.now(), now()),
      touch,
    });
  }

  /** Requests that have been sent and not answered. */
  get inFlight(): number {
    return this.#queue.inFlight;
  }

  /** The lane may have something to send. */
  offer(lane: Lane, monotonicNow: number, now: number): void {
    if (lane.maySend(monotonicNow, now)) this.#queue.add(lane);
    else this.#queue.remove(lane);
    this.#waitForRate(lane, now);
  }

  /** The lane is not held any more. */
  remove(lane: Lane): void {
    this.#queue.remove(lane);
  }

  /** Starts what can start. */
  dispatch(): void {
    // Backpressure: what has been answered and waits to be written is bounded by the number of slots. Beside it two
    // groups at most are being written; so much would be sent again after a crash.
    while (this.sender.backlog < this.options.concurrency) {
      const lane = this.#queue.take();
      if (!lane) return;
      const now = this.options.now();
      const room = lane.maySend(performance.now(), now) ? this.#room.take(lane) : undefined;
      if (!room) {
        this.#queue.give(lane);
        continue;
      }
      this.sender.send(lane, lane.next(now), () => this.#answered(lane, room));
      if (lane.maySend(performance.now(), now)) this.#queue.add(lane);
      else this.#waitForRate(lane, now);
    }
  }

  stop(): void {
    for (const timer of this.#rateTimers.values()) clearTimeout(timer);
  }

  /** Makes room for the next one: in the lane, in the process and at the origin. */
  #answered(lane: Lane, room: Room): void {
    lane.answered();
    this.#queue.give(lane);
    this.#room.give(room);
  }

  #waitForRate(lane: Lane, now: number): void {
    const delayMs = lane.rateDelayMs(now);
    if (delayMs === undefined || this.#rateTimers.has(lane)) return;
    const timer = setTimeout(() => {
      this.#rateTimers.delete(lane);
      this.options.touch(lane);
    }, delayMs);
    this.#rateTimers.set(lane, timer);
  }
}
