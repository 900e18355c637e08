import { WakeTimer } from '../../timing/wake-timer.js';
import type { HeldLanes } from '../lanes/held-lanes.js';
import type { InspectionList } from '../lanes/inspection-list.js';
import type { LaneClocks } from '../lanes/lane-renewals.js';
import type { Clocks, Lane } from '../lanes/lane.js';
import type { DeliveryRecorder } from '../recording/delivery-recorder.js';
import type { DeliverySender } from './delivery-sender.js';
import type { Slots } from './slots.js';

/** While nothing can be recorded, one delivery is sent this often, in ms, to find out whether that is over. */
const PROBE_EVERY_MS = 1_000;

/** Starts deliveries: as slots are free, and as their lanes allow. */
export class Dispatcher {
  /** Lanes whose rate limit allows the next request at a known time. */
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

  /** The lane may have something to send. */
  offer(lane: Lane, clocks: Clocks): void {
    if (lane.maySend(clocks)) this.slots.add(lane);
    else this.slots.remove(lane);
    this.#waitForRate(lane, clocks.now);
  }

  /** The lane is not held any more. */
  remove(lane: Lane): void {
    this.slots.remove(lane);
  }

  /** Starts what can start. */
  dispatch(): void {
    while (this.#mayStart()) {
      const slot = this.slots.take();
      if (!slot) return;
      const { lane } = slot;
      const clocks = { now: this.clocks.now(), elapsed: this.clocks.elapsed() };
      if (!lane.maySend(clocks)) {
        this.slots.give(slot);
        continue;
      }
      this.sender.send(lane, lane.next(clocks.now), () => {
        lane.settled();
        this.slots.give(slot);
      });
      if (lane.maySend(clocks)) this.slots.add(lane);
      else this.#waitForRate(lane, clocks.now);
    }
  }

  stop(): void {
    this.#rateTimer.stop();
  }

  /**
   * Backpressure: responses that wait to be recorded are bounded by the number of slots. Beside them two groups at most
   * are being written; that many would be sent again after a crash.
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
