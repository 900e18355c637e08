import { setTimeout as sleep } from 'node:timers/promises';
import type { NotificationSink } from '../domain/notification.js';
import type { HealthPolicy } from '../domain/transport-health.js';
import type { EventContent } from '../persistence/ports/lane-store.js';
import type { Stores } from '../persistence/ports/stores.js';
import { PollLoop } from '../timing/poll-loop.js';
import { withDeadline } from '../timing/with-deadline.js';
import { EventLoader } from './bodies/event-loader.js';
import type { LaneCandidate } from './lanes/choose-lanes.js';
import { HeldLanes } from './lanes/held-lanes.js';
import { InspectionList } from './lanes/inspection-list.js';
import { LaneClaimer } from './lanes/lane-claimer.js';
import { LaneReader } from './lanes/lane-reader.js';
import { LaneReleaser } from './lanes/lane-releaser.js';
import { LaneRenewals } from './lanes/lane-renewals.js';
import { LaneSweep } from './lanes/lane-sweep.js';
import { LaneUpkeep } from './lanes/lane-upkeep.js';
import type { Lane } from './lanes/lane.js';
import { lanesToShare } from './lanes/lanes-to-share.js';
import { RequestReader } from './lanes/request-reader.js';
import { DeliveryRecorder } from './recording/delivery-recorder.js';
import { LAST_WRITE_MS } from './recording/recorder.js';
import type { AttemptContext } from './sending/attempt.js';
import { DeliverySender } from './sending/delivery-sender.js';
import { Dispatcher } from './sending/dispatcher.js';
import { Slots } from './sending/slots.js';
import type { TransportConfigs } from './sending/transport-config.js';
import type { WorkerLog } from './worker-log.js';
import type { WorkerRounds } from './worker-status.js';

/** Maximum number of lanes held per slot. It is above 1, because most lanes have only a few due deliveries. */
const LANES_PER_SLOT = 4;
/**
 * Longest interval between two refreshes of the held lanes, in ms, even if `pollMs` is longer. A refresh notices that a
 * transport was paused.
 */
const LONGEST_REFRESH_MS = 500;
/** Interval at which a busy process checks whether to release lanes for others, in ms. */
const SHARE_EVERY_MS = 1_000;
const DRAIN_STEP_MS = 10;

export interface DeliveryWorkerOptions {
  readonly holder: string;
  readonly concurrency: number;
  /** Maximum number of requests in flight to one origin, over all tenants. */
  readonly maxPerOrigin: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly drainTimeoutMs: number;
  readonly policy: HealthPolicy;
  readonly notifications: NotificationSink;
  /** Whether wake-ups of other processes arrive, and `lanesDueAt` is called about once a second. */
  readonly areWakeUpsProven: () => boolean;
  /** Announces lanes that have work which this process will not do: other processes hold them or may claim them. */
  readonly announceWork: (transportIds: readonly number[]) => void;
}

/**
 * Sends deliveries: the path of a delivery through one process, from the queue to the record of its outcome.
 *
 * 1. `LaneClaimer` claims a lane that fan-out has notified or that polling has found.
 * 2. `LaneReader` reads due rows into it, and their bodies into `EventLoader`. `RequestReader` reads redeliveries that were
 *    requested, whenever they are due.
 * 3. `Slots` says whose turn it is; `Dispatcher` takes a row of that lane.
 * 4. `DeliverySender` sends it and derives the outcome from the response.
 * 5. `DeliveryRecorder` writes the outcome and updates the lane.
 * 6. `LaneReleaser` releases the lane when it has nothing to do.
 *
 * Meanwhile `LaneUpkeep` refreshes the held lanes and renews their leases, and `LaneSweep` looks for stranded lanes. Each
 * step puts the lanes that it changed on the `InspectionList`, and `#inspect` offers them to the steps that may be next. No
 * step calls an earlier one.
 */
export class DeliveryWorker {
  readonly #inspection = new InspectionList();
  readonly #held: HeldLanes;
  readonly #bodies: EventLoader;
  readonly #slots: Slots;
  readonly #recorder: DeliveryRecorder;
  readonly #sender: DeliverySender;
  readonly #dispatcher: Dispatcher;
  readonly #claimer: LaneClaimer;
  readonly #reader: LaneReader;
  readonly #requests: RequestReader;
  readonly #releaser: LaneReleaser;
  readonly #upkeep: LaneUpkeep;
  readonly #sweep: LaneSweep;
  readonly #refreshLoop: PollLoop;

  #isEnabled = true;
  #sharedAt = -Infinity;
  #stopped: Promise<void> | undefined;

  constructor(
    { lanes, records, requests, sweep }: Pick<Stores, 'lanes' | 'records' | 'requests' | 'sweep'>,
    configs: TransportConfigs,
    private readonly context: AttemptContext,
    private readonly options: DeliveryWorkerOptions,
    private readonly log: WorkerLog,
  ) {
    const { concurrency, pollMs, policy, notifications } = options;
    const { now, elapsed } = context;
    const inspection = this.#inspection;
    const once = (message: string) => (error: unknown, failures: number) => {
      if (failures === 1) log.warn(message, error);
    };
    this.#held = new HeldLanes(concurrency * LANES_PER_SLOT);
    this.#bodies = new EventLoader(lanes, elapsed);
    this.#slots = new Slots(concurrency, options.maxPerOrigin);
    const renewals = new LaneRenewals(lanes, context);
    this.#recorder = new DeliveryRecorder(records, this.#held, inspection, {
      context,
      fullGroup: concurrency,
      log,
      notifications,
      isDisabled: async (transportId) =>
        (await lanes.transports([transportId])).get(transportId)?.state === 'DISABLED',
    });
    this.#sender = new DeliverySender(lanes, this.#bodies, renewals, this.#recorder, inspection, {
      context,
      disableAfterMs: policy.disableAfterMs,
      notifications,
      log,
    });
    this.#dispatcher = new Dispatcher(
      this.#slots,
      this.#sender,
      this.#recorder,
      this.#held,
      inspection,
      context,
    );
    this.#claimer = new LaneClaimer(lanes, this.#held, configs, inspection, {
      ...options,
      now,
      elapsed,
      isBusy: () => this.#slots.isBusy,
      onError: once('Claiming lanes failed'),
    });
    this.#reader = new LaneReader(lanes, this.#bodies, this.#recorder, this.#claimer, inspection, {
      now,
      elapsed,
      sendsSoon: () => this.#slots.areSoonFree,
      onError: (error) => log.warn('Reading lanes failed', error),
    });
    this.#requests = new RequestReader(requests, this.#recorder, this.#claimer, inspection, {
      now,
      elapsed,
      onError: (error) => log.warn('Reading requested redeliveries failed', error),
    });
    this.#releaser = new LaneReleaser(lanes, records, this.#held, this.#claimer, inspection, {
      now,
      elapsed,
      onError: once('Releasing lanes failed'),
    });
    this.#upkeep = new LaneUpkeep(lanes, this.#held, renewals, configs, this.#claimer, inspection, context);
    this.#sweep = new LaneSweep(sweep, {
      now,
      elapsed,
      warn: (message, error) => log.warn(message, error),
    });
    this.#refreshLoop = new PollLoop({
      pollMs: Math.min(pollMs, LONGEST_REFRESH_MS),
      round: () => this.#refresh(),
      onError: once('Refreshing lanes failed'),
    });
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#slots.taken;
  }

  /** Lanes held. */
  get lanes(): number {
    return this.#held.size;
  }

  /** Ids of keys that due lanes need and this process does not have. */
  get missingKeyIds(): string[] {
    return this.#claimer.missingKeyIds;
  }

  /** Status of the rounds of each stage. */
  get rounds(): Omit<WorkerRounds, 'fanOut'> {
    return {
      claim: this.#claimer.rounds,
      read: this.#reader.rounds,
      record: this.#recorder.rounds,
    };
  }

  start(): void {
    this.#inspection.start((lanes) => this.#inspect(lanes));
    this.#claimer.start();
    this.#refreshLoop.start();
    this.#sweep.start();
  }

  /** Fan-out of this process has added deliveries to these lanes. `contents` are bodies that it has in memory. */
  notifyWorkAdded(lanes: Iterable<LaneCandidate>, contents: Iterable<EventContent>): void {
    this.#bodies.remember(contents);
    const notHeld: LaneCandidate[] = [];
    for (const candidate of lanes) {
      const lane = this.#held.get(candidate.transportId);
      if (lane) {
        lane.notifyWorkAdded();
        this.#inspection.add(lane);
      } else {
        notHeld.push(candidate);
      }
    }
    if (notHeld.length > 0) this.#claimer.notifyWorkAdded(notHeld);
  }

  /** Another process has added work to these lanes, or has released them with due work. This process may hold or claim them. */
  workAdded(transportIds: readonly number[]): void {
    for (const transportId of transportIds) {
      const lane = this.#held.get(transportId);
      if (lane) {
        lane.notifyWorkAdded();
        this.#inspection.add(lane);
      } else {
        this.#claimer.scheduleLook(this.context.now());
      }
    }
  }

  /** Schedules looks for the times at which the first lanes become due, on the database's clock (see `Glance`). */
  lanesDueAt(dueDates: readonly number[]): void {
    this.#claimer.expectDue(dueDates);
  }

  /** Looks at every lane once, because wake-ups of other processes may have been lost. */
  lookAtEverything(): void {
    for (const lane of this.#held.all()) {
      lane.notifyWorkAdded();
      this.#inspection.add(lane);
    }
    this.#claimer.look();
  }

  /** The kill switch. If false, no request starts, lanes are released, and everything stays queued. If true, sending continues. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#claimer.setEnabled(isEnabled);
    this.#sweep.setEnabled(isEnabled);
    if (!isEnabled) this.#drain(this.#held.all());
  }

  /**
   * Stops claiming and sending, releases each lane as soon as it has nothing in flight, and waits up to `drainTimeoutMs` for
   * requests in flight. Requests that do not finish are aborted; the next holder of the lane sends their deliveries again.
   * Stopping takes at most one second longer, for the last records, even if the database has stopped responding.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const giveUpAt = performance.now() + this.options.drainTimeoutMs;
    const endAt = giveUpAt + LAST_WRITE_MS;
    this.#inspection.stop();
    await withDeadline(this.#claimer.stop(), giveUpAt);
    this.#dispatcher.stop();
    while (this.#held.size > 0 && performance.now() < giveUpAt) {
      for (const lane of this.#held.all()) {
        lane.drain();
        this.#releaser.offer(lane);
      }
      await withDeadline(Promise.all([this.#reader.settled(), this.#requests.settled()]), giveUpAt);
      this.#releaser.release();
      await sleep(DRAIN_STEP_MS);
    }
    this.#sender.abort();
    await this.#recorder.stop(giveUpAt);
    const rest = [this.#releaser.settled(), this.#refreshLoop.stop(), this.#sweep.stop()];
    await withDeadline(Promise.all(rest), endAt);
    await this.#abandon(endAt);
  }

  /** Releases the lanes that are still held, also those with requests in flight. These requests count as not sent. */
  async #abandon(endAt: number): Promise<void> {
    const rest = [...this.#held.all()];
    if (rest.length === 0) return;
    const failed = (error?: unknown): void =>
      this.log.warn('Releasing lanes failed; other processes claim them when the leases end', error);
    if (!(await withDeadline(this.#releaser.abandon(rest).catch(failed), endAt))) failed();
  }

  async #refresh(): Promise<boolean> {
    this.#sweep.watchClock();
    for (const lane of await this.#upkeep.refresh()) this.#dispatcher.remove(lane);
    this.#share();
    return false;
  }

  /** Drains lanes that this process cannot serve, so that another process can claim them, or this process can claim other lanes. */
  #share(): void {
    if (performance.now() - this.#sharedAt < SHARE_EVERY_MS) return;
    this.#sharedAt = performance.now();
    const load = { isBusy: this.#slots.isBusy, isShort: this.#claimer.isShort };
    this.#drain(lanesToShare(this.#held.all(), load, this.context.elapsed()));
  }

  #drain(lanes: Iterable<Lane>): void {
    for (const lane of lanes) {
      lane.drain();
      this.#inspection.add(lane);
    }
  }

  /** Offers lanes to the steps that send, read and release. */
  #inspect(lanes: ReadonlySet<Lane>): void {
    const clocks = { now: this.context.now(), elapsed: this.context.elapsed() };
    for (const lane of lanes) {
      if (!this.#held.has(lane)) continue;
      this.#dispatcher.offer(lane, clocks);
      this.#requests.offer(lane);
      this.#reader.offer(lane);
      this.#releaser.offer(lane);
    }
    if (this.#isEnabled) this.#dispatcher.dispatch();
    // Before the due rows: a lane has one read at a time, and requested deliveries are sent first.
    this.#requests.read();
    this.#reader.read();
    this.#releaser.release();
  }
}
