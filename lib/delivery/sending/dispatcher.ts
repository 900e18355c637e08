import { WakeTimer } from '../../timing/wake-timer.js';
import type { HeldLanes } from '../lanes/held-lanes.js';
import type { InspectionList } from '../lanes/inspection-list.js';
import type { Clocks } from '../lanes/lane-hold.js';
import type { LaneClocks } from '../lanes/lane-renewals.js';
import type { Lane } from '../lanes/lane.js';
import type { DeliveryRecorder } from '../recording/delivery-recorder.js';
import type { DeliverySender } from './delivery-sender.js';
import type { Slots } from './slots.js';

/** Interval, in ms, at which a single delivery is sent while nothing can be recorded. It shows whether recording works again. */
const PROBE_EVERY_MS = 1_000;

/** Starts deliveries while slots are free and their lanes allow it. */
export class Dispatcher {
  /** Puts a lane on the inspection list when its rate limit allows the next request. */
  readonly #rateTimer: WakeTimer<Lane>;
  #probedAt = -Infinity;

  constructor(
    private readonly slots: Slots,
    private readonly sender: DeliverySender,
    private readonly recorder: Pick<DeliveryRecorder, 'backlog' | 'isStalled'>,
    held: HeldLanes,
    inspection: InspectionList,
    private readonly clocks: LaneClocks,
  ) {
    this.#rateTimer = new WakeTimer((lane) => {
      if (held.has(lane)) inspection.add(lane);
    });
  }

  /** Call this when the lane may have something to send: it then takes its turn. */
  schedule(lane: Lane, clocks: Clocks): void {
    if (lane.maySend(clocks)) this.slots.add(lane);
    else this.slots.remove(lane);
    this.#waitForRate(lane, clocks.now);
  }

  /** The lane is not held any more. */
  remove(lane: Lane): void {
    this.slots.remove(lane);
  }

  /** Starts as many deliveries as slots and lanes allow. */
  dispatch(): void {
    while (this.#mayStart()) {
      const slot = this.slots.acquire();
      if (!slot) return;
      const { lane } = slot;
      const clocks = { now: this.clocks.now(), elapsed: this.clocks.elapsed() };
      if (!lane.maySend(clocks)) {
        this.slots.release(slot);
        continue;
      }
      this.sender.send(lane, lane.next(clocks.now), () => {
        lane.settled();
        this.slots.release(slot);
      });
      if (lane.maySend(clocks)) this.slots.add(lane);
      else this.#waitForRate(lane, clocks.now);
    }
  }

  stop(): void {
    this.#rateTimer.stop();
  }

  /**
   * Backpressure: no request starts while the number of outcomes that wait to be recorded is at least the number of slots.
   * Meanwhile, at most two groups of other outcomes are being written. After a crash, all of these deliveries are sent again.
   * Exception: while nothing can be recorded, single requests start (see `PROBE_EVERY_MS`).
   */
  #mayStart(): boolean {
    if (this.recorder.backlog < this.slots.size) return true;
    if (!this.recorder.isStalled || this.slots.taken > 0) return false;
    const now = performance.now();
    if (now - this.#probedAt < PROBE_EVERY_MS) return false;
    this.#probedAt = now;
    return true;
  }

  #waitForRate(lane: Lane, now: number): void {
    const delayMs = lane.rateDelayMs(now);
    if (delayMs !== undefined) this.#rateTimer.set(lane, delayMs);
  }
}
