import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthPolicy } from '../domain/transport-health.js';
import type { EventContent, LaneStore, QueuedDelivery } from '../persistence/lane-store.js';
import type { Stores } from '../persistence/stores.js';
import {
  concludeAttempt,
  crashedAttempt,
  prepareAttempt,
  sendAttempt,
  wasAborted,
  type AttemptContext,
} from './attempt.js';
import { FailingWarnings } from './failing-warnings.js';
import { FairQueue } from './fair-queue.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneReader } from './lane-reader.js';
import { LaneSweep } from './lane-sweep.js';
import { LaneTaker } from './lane-taker.js';
import type { Lane } from './lane.js';
import { PollLoop } from './poll-loop.js';
import { LAST_WRITE_MS, Recorder } from './recorder.js';
import { SendingRoom, type Room } from './sending-room.js';
import type { TransportConfigs } from './transport-config.js';
import { until } from './until.js';

/** Lanes held at most, as a multiple of the slots: most lanes have only a few deliveries due. */
const LANES_PER_SLOT = 4;
/** Held lanes are looked at this often, even when polls are rarer: a pause takes effect within it. */
const LONGEST_REFRESH_MS = 500;
const DRAIN_STEP_MS = 10;

export interface DeliveryWorkerOptions {
  readonly holder: string;
  readonly concurrency: number;
  /** Requests in flight to one destination origin, over all tenants. */
  readonly maxPerOrigin: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly drainTimeoutMs: number;
  readonly policy: HealthPolicy;
}

/** What a worker tells its operator. */
export interface WorkerLog {
  warn(message: string, error?: unknown): void;
}

/**
 * The life of deliveries in one process: takes lanes, reads what is due into them, sends, records, and gives lanes
 * back. Everything that happens *touches* a lane; soon after, a touched lane is looked at once for each thing it may
 * want next (`#step`). So no step waits for another, and nothing is scanned.
 */
export class DeliveryWorker {
  readonly #store: LaneStore;
  readonly #keeper: LaneKeeper;
  readonly #taker: LaneTaker;
  readonly #reader: LaneReader;
  readonly #queue: FairQueue;
  readonly #room: SendingRoom;
  readonly #recorder: Recorder;
  readonly #refreshLoop: PollLoop;
  readonly #sweep: LaneSweep;
  readonly #warnings: FailingWarnings;
  readonly #abort = new AbortController();

  readonly #touched = new Set<Lane>();
  readonly #toRelease = new Set<Lane>();
  /** Lanes that their rate limit will let go on at a known time. */
  readonly #rateTimers = new Map<Lane, NodeJS.Timeout>();
  #isEnabled = true;
  #stepping = false;
  #releasing: Promise<void> | undefined;
  /** In a row. */
  #failedReleases = 0;
  #stopped: Promise<void> | undefined;

  constructor(
    { lanes: store, records, sweep }: Pick<Stores, 'lanes' | 'records' | 'sweep'>,
    configs: TransportConfigs,
    private readonly context: AttemptContext,
    private readonly options: DeliveryWorkerOptions,
    private readonly log: WorkerLog,
  ) {
    const { concurrency, pollMs } = options;
    this.#store = store;
    const once = (message: string) => (error: unknown, failures: number) => {
      if (failures === 1) log.warn(message, error);
    };
    const touch = (lane: Lane): void => this.#touch(lane);
    this.#warnings = new FailingWarnings(options.policy.disableAfterMs);
    this.#queue = new FairQueue(concurrency);
    this.#room = new SendingRoom({
      maxPerOrigin: options.maxPerOrigin,
      isReady: (lane) =>
        this.#keeper.get(lane.transportId) === lane && lane.maySend(performance.now(), context.now()),
      touch,
    });
    this.#keeper = new LaneKeeper(store, records, configs, {
      ...options,
      mostLanes: concurrency * LANES_PER_SLOT,
      now: context.now,
    });
    this.#taker = new LaneTaker(store, this.#keeper, {
      ...options,
      isBusy: () => this.#queue.inFlight >= concurrency * 0.75,
      taken: (taken) => this.#begin(taken),
      touch,
      onError: once('Taking lanes failed'),
    });
    this.#reader = new LaneReader(store, {
      now: context.now,
      park: (lane, rows) => this.#park(lane, rows),
      condemn: (lane, rows) => this.#condemn(lane, rows),
      touch,
      onError: (error) => log.warn('Reading lanes failed', error),
    });
    this.#recorder = new Recorder(records, Math.ceil(concurrency / 2), context.now, (error) =>
      log.warn('Recording failed', error),
    );
    this.#refreshLoop = new PollLoop({
      pollMs: Math.min(pollMs, LONGEST_REFRESH_MS),
      round: () => this.#refresh(),
      onError: once('Refreshing lanes failed'),
    });
    this.#sweep = new LaneSweep(sweep, {
      now: context.now,
      warn: (message, error) => log.warn(message, error),
    });
  }

  /** Requests that have been sent and not answered. */
  get inFlight(): number {
    return this.#queue.inFlight;
  }

  /** Lanes held. */
  get lanes(): number {
    return this.#keeper.size;
  }

  start(): void {
    this.#taker.start();
    this.#refreshLoop.start();
    this.#sweep.start();
  }

  /** Fan-out has added deliveries for these transports; `contents` are bodies it had at hand. */
  told(transportIds: Iterable<number>, contents: Iterable<EventContent>): void {
    this.#reader.remember(contents);
    const notHeld: number[] = [];
    for (const transportId of transportIds) {
      const lane = this.#keeper.get(transportId);
      if (lane) {
        lane.told();
        this.#touch(lane);
      } else {
        notHeld.push(transportId);
      }
    }
    if (notHeld.length > 0) this.#taker.told(notHeld);
  }

  /** The kill switch: false: no request starts, lanes are given back, everything stays queued. True: goes on. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#taker.setEnabled(isEnabled);
    this.#sweep.setEnabled(isEnabled);
    if (isEnabled) return;
    for (const lane of this.#keeper.all()) {
      lane.yield();
      this.#touch(lane);
    }
  }

  /**
   * Stops: takes and sends nothing more, gives lanes back as soon as nothing of them is in flight, and waits for requests in
   * flight within the drain limit. What cannot finish is given up, and is sent again by whoever takes the lane. It
   * lasts a second longer at most, for the last writes, also when the database has fallen silent.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const giveUpAt = performance.now() + this.options.drainTimeoutMs;
    const endAt = giveUpAt + LAST_WRITE_MS;
    await until(giveUpAt, this.#taker.stop());
    for (const timer of this.#rateTimers.values()) clearTimeout(timer);
    while (this.#hasLanes() && performance.now() < giveUpAt) {
      for (const lane of this.#keeper.all()) {
        lane.yield();
        this.#toRelease.add(lane);
      }
      await until(giveUpAt, this.#reader.settled());
      this.#release();
      await sleep(DRAIN_STEP_MS);
    }
    this.#abort.abort();
    await this.#recorder.stop(giveUpAt);
    await until(endAt, Promise.all([this.#releasing, this.#refreshLoop.stop(), this.#sweep.stop()]));
    const rest = [...this.#keeper.all()].map((lane) => lane.abandon(this.context.now()));
    if (rest.length === 0) return;
    const failed = (error?: unknown): void =>
      this.log.warn('Giving lanes back failed; others take them when the leases end', error);
    if (!(await until(endAt, this.#keeper.release(rest).catch(failed)))) failed();
  }

  #hasLanes(): boolean {
    return this.#keeper.all().next().done !== true;
  }

  /** A taken lane is run from now on. */
  #begin(taken: readonly Lane[]): void {
    for (const lane of taken) {
      // Taken while the switch was being turned.
      if (!this.#isEnabled) lane.yield();
      this.#touch(lane);
    }
  }

  // ── lanes ────────────────────────────────────────────────────────────────────────────────────────────────────

  async #refresh(): Promise<boolean> {
    const { changed, lost } = await this.#keeper.refresh();
    for (const lane of lost) this.#queue.remove(lane);
    for (const lane of changed) this.#touch(lane);
    return false;
  }

  #touch(lane: Lane): void {
    this.#touched.add(lane);
    if (this.#stepping) return;
    this.#stepping = true;
    setImmediate(() => {
      this.#stepping = false;
      this.#step();
    });
  }

  /** Looks at the touched lanes: what may be sent, what should be read, what can be given back. */
  #step(): void {
    if (this.#stopped) return;
    const now = this.context.now();
    const monotonicNow = performance.now();
    for (const lane of this.#touched) {
      if (this.#keeper.get(lane.transportId) !== lane) continue;
      if (lane.maySend(monotonicNow, now)) this.#queue.add(lane);
      else this.#queue.remove(lane);
      this.#waitForRate(lane, now);
      this.#reader.offer(lane);
      this.#toRelease.add(lane);
    }
    this.#touched.clear();
    this.#dispatch();
    this.#reader.read();
    this.#release();
  }

  #waitForRate(lane: Lane, now: number): void {
    const delayMs = lane.rateDelayMs(now);
    if (delayMs === undefined || this.#rateTimers.has(lane)) return;
    const timer = setTimeout(() => {
      this.#rateTimers.delete(lane);
      this.#touch(lane);
    }, delayMs);
    this.#rateTimers.set(lane, timer);
  }

  /** Gives back the lanes that want it, unless that is under way. */
  #release(): void {
    if (this.#releasing || this.#toRelease.size === 0) return;
    const now = this.context.now();
    const releases = [...this.#toRelease].flatMap((lane) =>
      this.#keeper.get(lane.transportId) === lane ? (lane.release(now) ?? []) : [],
    );
    this.#toRelease.clear();
    if (releases.length === 0) return;
    this.#releasing = this.#keeper
      .release(releases)
      .then((kept) => {
        this.#failedReleases = 0;
        for (const lane of kept) this.#touch(lane);
      })
      .catch((error: unknown) => {
        for (const { transportId } of releases) this.#keeper.get(transportId)?.doubted();
        if (++this.#failedReleases === 1) this.log.warn('Giving lanes back failed', error);
      })
      .finally(() => {
        this.#releasing = undefined;
        this.#taker.madeRoom();
        this.#release();
      });
  }

  // ── deliveries ───────────────────────────────────────────────────────────────────────────────────────────────

  #dispatch(): void {
    // Backpressure: what has been answered and not written is bounded by the number of slots.
    while (this.#isEnabled && !this.#stopped && this.#recorder.backlog < this.options.concurrency) {
      const lane = this.#queue.take();
      if (!lane) return;
      const now = this.context.now();
      if (!lane.maySend(performance.now(), now)) {
        this.#queue.give(lane);
        continue;
      }
      const room = this.#room.take(lane);
      if (!room) {
        this.#queue.give(lane);
        continue;
      }
      const delivery = lane.next(now);
      this.#deliver(lane, delivery, room).catch((error: unknown) => {
        this.log.warn(`Delivery ${delivery.deliveryId} could not be attempted`, error);
        this.#giveUp(lane, delivery, room);
      });
      if (lane.maySend(performance.now(), now)) this.#queue.add(lane);
      else this.#waitForRate(lane, now);
    }
  }

  async #deliver(lane: Lane, delivery: QueuedDelivery, room: Room): Promise<void> {
    const { config } = lane;
    const content = this.#reader.contentOf(delivery);
    const event = content instanceof Promise ? await content : content;
    const isOurs = !lane.isRateLimited || (await this.#keeper.noteUse(lane));
    if (lane.isCareful) await this.#store.note(delivery);
    // Again, since whatever was waited for has taken its time.
    if (!isOurs || !lane.mayStillSend(performance.now(), this.context.now())) {
      return this.#takeBack(lane, delivery, room);
    }
    const prepared = prepareAttempt(delivery, event, config, this.context, this.#abort.signal);
    const sent = await sendAttempt(prepared, this.context);
    if (wasAborted(sent)) return this.#takeBack(lane, delivery, room);
    const concluded = concludeAttempt(sent, this.context);
    const transport = lane.learn(concluded, this.context.now(), this.context.random());
    this.#answered(lane, room);
    this.#warnOf(lane);
    this.#recorder.add({
      attempt: concluded.record,
      ...(transport && { transport }),
      written: (isOrphaned) => {
        if (transport) lane.learnedIsRecorded(transport, performance.now());
        // Its date in the queue is not the one that this attempt led to.
        if (isOrphaned) lane.told();
        else if (concluded.record.nextDueAt === null) lane.ended();
        this.#recorded(lane, delivery, concluded.record.nextDueAt);
      },
    });
    this.#touch(lane);
  }

  /** The attempt did not take place, or nobody waited for its end. */
  async #takeBack(lane: Lane, delivery: QueuedDelivery, room: Room): Promise<void> {
    if (lane.isCareful) await this.#store.unnote(delivery);
    this.#giveUp(lane, delivery, room);
  }

  /** Whoever reads the lane next sends it. */
  #giveUp(lane: Lane, delivery: QueuedDelivery, room: Room): void {
    this.#answered(lane, room);
    lane.returned(delivery);
    this.#touch(lane);
  }

  /** Makes room for the next one: in the lane, in the process and at the origin. */
  #answered(lane: Lane, room: Room): void {
    lane.answered();
    this.#queue.give(lane);
    this.#room.give(room);
  }

  #condemn(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows) {
      this.log.warn(`Delivery ${row.deliveryId} has ended its process each time it was sent: it is given up`);
      const attempt = crashedAttempt(row, this.context.now());
      this.#recorder.add({
        attempt,
        written: (isOrphaned) => {
          if (!isOrphaned) lane.ended();
          this.#recorded(lane, row, null);
        },
      });
    }
  }

  #warnOf(lane: Lane): void {
    const hoursLeft = this.#warnings.due(lane.transportId, lane.failingSince, this.context.now());
    if (hoursLeft === undefined) return;
    this.log.warn(
      `Every attempt to an http transport of tenant "${lane.tenantUid}" (number ${lane.transportId}) has failed since ` +
        `${new Date(lane.failingSince!).toISOString()}; it is disabled in ${Math.round(hoursLeft)} h unless one succeeds`,
    );
  }

  #park(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows)
      this.#recorder.add({ parked: row, written: () => this.#recorded(lane, row, null) });
  }

  #recorded(lane: Lane, delivery: QueuedDelivery, nextDueAt: number | null): void {
    lane.recorded(delivery, nextDueAt);
    this.#touch(lane);
  }
}
