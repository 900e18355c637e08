import type { EventContent } from '../persistence/ports/lane-store.js';
import { PollLoop } from '../timing/poll-loop.js';
import type { DeliveryWorkerOptions } from './delivery-worker-options.js';
import type { LaneCandidate } from './lanes/choose-lanes.js';
import type { Lane } from './lanes/lane.js';
import { lanesToShare } from './lanes/lanes-to-share.js';
import type { AttemptContext } from './sending/attempt.js';
import type { TransportConfigs } from './sending/transport-config.js';
import { stopStages } from './stop-stages.js';
import type { WorkerLog } from './worker-log.js';
import { connectStages, warnOnce, type DeliveryStores, type WorkerStages } from './worker-stages.js';
import type { WorkerRounds } from './worker-status.js';

/**
 * Longest interval between two refreshes of the held lanes, in ms, even if `pollMs` is longer. A refresh notices that a
 * transport was paused.
 */
const LONGEST_REFRESH_MS = 500;
/** Interval at which a process checks whether to release lanes for others, in ms. */
const SHARE_EVERY_MS = 1_000;

/**
 * Sends deliveries: the path of a delivery through one process, from the queue to the record of its outcome.
 *
 * 1. `LaneClaimer` claims a lane that fan-out has notified or that polling has found.
 * 2. `LaneReader` reads due rows into it, and their bodies into `EventLoader`. `RequestReader` reads requested redeliveries,
 *    regardless of their due dates.
 * 3. `Slots` decides which tenant and lane are next; `Dispatcher` takes the next row of that lane.
 * 4. `DeliverySender` sends it and derives the outcome from the response.
 * 5. `DeliveryRecorder` writes the outcome and updates the lane.
 * 6. `LaneReleaser` releases the lane when it has nothing to do.
 *
 * Meanwhile `LaneUpkeep` refreshes the held lanes and renews their leases, and `LaneSweep` looks for stranded lanes. Each
 * step puts the lanes that it changed on the `InspectionList`, and `#inspect` schedules them for the steps that may be next. No
 * step calls an earlier one, with one exception: steps notify `LaneClaimer` of lanes that it should claim or avoid.
 */
export class DeliveryWorker {
  readonly #stages: WorkerStages;
  readonly #refreshLoop: PollLoop;

  #isEnabled = true;
  #sharedAt = -Infinity;
  #stopped: Promise<void> | undefined;

  constructor(
    stores: DeliveryStores,
    configs: TransportConfigs,
    private readonly context: AttemptContext,
    private readonly options: DeliveryWorkerOptions,
    private readonly log: WorkerLog,
  ) {
    this.#stages = connectStages(stores, configs, context, options, log);
    this.#refreshLoop = new PollLoop({
      pollMs: Math.min(options.pollMs, LONGEST_REFRESH_MS),
      round: () => this.#refresh(),
      onError: warnOnce(log, 'Checking the held lanes failed and is tried again'),
    });
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#stages.slots.taken;
  }

  /** Lanes held. */
  get lanes(): number {
    return this.#stages.held.size;
  }

  /** Ids of keys that due lanes need and this process does not have. */
  get missingKeyIds(): string[] {
    return this.#stages.claimer.missingKeyIds;
  }

  /** Status of the rounds of three stages: claim, read and record. */
  get rounds(): Omit<WorkerRounds, 'fanOut'> {
    return {
      claim: this.#stages.claimer.rounds,
      read: this.#stages.reader.rounds,
      record: this.#stages.recorder.rounds,
    };
  }

  start(): void {
    this.#stages.inspection.start((lanes) => this.#inspect(lanes));
    this.#stages.claimer.start();
    this.#refreshLoop.start();
    this.#stages.sweep.start();
  }

  /** Fan-out of this process has added deliveries to these lanes. `contents` are bodies that it has in memory. */
  notifyWorkAdded(lanes: Iterable<LaneCandidate>, contents: Iterable<EventContent>): void {
    this.#stages.bodies.remember(contents);
    const notHeld: LaneCandidate[] = [];
    for (const candidate of lanes) {
      const lane = this.#stages.held.get(candidate.transportId);
      if (lane) {
        lane.notifyWorkAdded();
        this.#stages.inspection.add(lane);
      } else {
        notHeld.push(candidate);
      }
    }
    if (notHeld.length > 0) this.#stages.claimer.notifyWorkAdded(notHeld);
  }

  /** Another process has added work to these lanes, or has released them with due work. This process may hold or claim them. */
  workAdded(transportIds: readonly number[]): void {
    for (const transportId of transportIds) {
      const lane = this.#stages.held.get(transportId);
      if (lane) {
        lane.notifyWorkAdded();
        this.#stages.inspection.add(lane);
      } else {
        this.#stages.claimer.scheduleLook(this.context.now());
      }
    }
  }

  /** Schedules looks for the times at which the first lanes become due, on the database's clock (see `WorkCheck`). */
  lanesDueAt(dueDates: readonly number[]): void {
    this.#stages.claimer.expectDue(dueDates);
  }

  /** Inspects the held lanes and looks for due lanes now, because wake-ups of other processes may have been lost. */
  lookAtEverything(): void {
    for (const lane of this.#stages.held.all()) {
      lane.notifyWorkAdded();
      this.#stages.inspection.add(lane);
    }
    this.#stages.claimer.look();
  }

  /**
   * Applies the `DeliverySwitch`.
   *
   * @param isEnabled false (a `HoldReason` is set): no request starts, lanes are released, and all deliveries stay in the queue.
   *   True: sending continues
   */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#stages.claimer.setEnabled(isEnabled);
    this.#stages.sweep.setEnabled(isEnabled);
    if (!isEnabled) this.#drain(this.#stages.held.all());
  }

  /** Stops sending and releases all lanes (see `stopStages`). Later calls return the same promise. */
  stop(): Promise<void> {
    const stopRefreshing = (): Promise<void> => this.#refreshLoop.stop();
    this.#stopped ??= stopStages(this.#stages, stopRefreshing, this.options.drainTimeoutMs, this.log);
    return this.#stopped;
  }

  async #refresh(): Promise<boolean> {
    this.#stages.sweep.watchClock();
    for (const lane of await this.#stages.upkeep.refresh()) this.#stages.dispatcher.remove(lane);
    this.#share();
    return false;
  }

  /** Drains lanes that this process cannot serve, so that another process can claim them, or this process can claim other lanes. */
  #share(): void {
    if (performance.now() - this.#sharedAt < SHARE_EVERY_MS) return;
    this.#sharedAt = performance.now();
    const load = { isOverloaded: this.#stages.slots.isOverloaded, isShort: this.#stages.claimer.isShort };
    const shared = lanesToShare(this.#stages.held.all(), load, this.context.elapsed());
    // An idle lane seldom has work. If it gets some, this process claims it again at once.
    for (const lane of shared) if (lane.inFlight > 0) this.#stages.releaser.share(lane);
    this.#drain(shared);
  }

  #drain(lanes: Iterable<Lane>): void {
    for (const lane of lanes) {
      lane.drain();
      this.#stages.inspection.add(lane);
    }
  }

  /** Schedules lanes for the steps that send, read and release. */
  #inspect(lanes: ReadonlySet<Lane>): void {
    const clocks = { now: this.context.now(), elapsed: this.context.elapsed() };
    for (const lane of lanes) {
      if (!this.#stages.held.has(lane)) continue;
      this.#stages.dispatcher.schedule(lane, clocks);
      this.#stages.requests.schedule(lane);
      this.#stages.reader.schedule(lane);
      this.#stages.releaser.schedule(lane);
    }
    if (this.#isEnabled) this.#stages.dispatcher.dispatch();
    // Requests are read before due rows, because a lane has one read at a time and sends requested deliveries first.
    this.#stages.requests.read();
    this.#stages.reader.read();
    this.#stages.releaser.release();
  }
}
