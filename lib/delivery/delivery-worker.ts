import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthPolicy } from '../domain/transport-health.js';
import type { EventContent } from '../persistence/lane-store.js';
import type { Stores } from '../persistence/stores.js';
import type { AttemptContext } from './attempt.js';
import { DeliveryDispatch } from './delivery-dispatch.js';
import { DeliverySender } from './delivery-sender.js';
import { LaneKeeper } from './lane-keeper.js';
import { LaneReader } from './lane-reader.js';
import { LaneReleases } from './lane-releases.js';
import { LaneSweep } from './lane-sweep.js';
import { LaneTaker } from './lane-taker.js';
import type { Lane } from './lane.js';
import { PollLoop } from './poll-loop.js';
import { LAST_WRITE_MS } from './recorder.js';
import type { TransportConfigs } from './transport-config.js';
import { until } from './until.js';
import type { WorkerLog } from './worker-log.js';

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

/**
 * The life of deliveries in one process: takes lanes, reads what is due into them, sends, records, and gives lanes
 * back. Everything that happens *touches* a lane; soon after, a touched lane is looked at once for each thing it may
 * want next (`#step`). So no step waits for another, and nothing is scanned.
 */
export class DeliveryWorker {
  readonly #keeper: LaneKeeper;
  readonly #taker: LaneTaker;
  readonly #reader: LaneReader;
  readonly #sender: DeliverySender;
  readonly #dispatch: DeliveryDispatch;
  readonly #releases: LaneReleases;
  readonly #refreshLoop: PollLoop;
  readonly #sweep: LaneSweep;

  readonly #touched = new Set<Lane>();
  #isEnabled = true;
  #stepping = false;
  #stopped: Promise<void> | undefined;

  constructor(
    { lanes, records, sweep }: Pick<Stores, 'lanes' | 'records' | 'sweep'>,
    configs: TransportConfigs,
    private readonly context: AttemptContext,
    private readonly options: DeliveryWorkerOptions,
    private readonly log: WorkerLog,
  ) {
    const { concurrency, pollMs, policy } = options;
    const { now } = context;
    const once = (message: string) => (error: unknown, failures: number) => {
      if (failures === 1) log.warn(message, error);
    };
    const touch = (lane: Lane): void => this.#touch(lane);
    this.#keeper = new LaneKeeper(lanes, records, configs, {
      ...options,
      mostLanes: concurrency * LANES_PER_SLOT,
      now,
    });
    this.#taker = new LaneTaker(lanes, this.#keeper, {
      ...options,
      isBusy: () => this.#dispatch.inFlight >= concurrency * 0.75,
      taken: (taken) => this.#begin(taken),
      touch,
      onError: once('Taking lanes failed'),
    });
    this.#reader = new LaneReader(lanes, {
      now,
      park: (lane, rows) => this.#sender.park(lane, rows),
      condemn: (lane, rows) => this.#sender.condemn(lane, rows),
      touch,
      onError: (error) => log.warn('Reading lanes failed', error),
    });
    this.#sender = new DeliverySender(lanes, records, this.#keeper, {
      context,
      disableAfterMs: policy.disableAfterMs,
      // As many as dispatching would wait for.
      fullGroup: concurrency,
      contentOf: (delivery) => this.#reader.contentOf(delivery),
      touch,
      log,
    });
    const isHeld = (lane: Lane): boolean => this.#isHeld(lane);
    this.#dispatch = new DeliveryDispatch(this.#sender, { ...options, now, isHeld, touch });
    this.#releases = new LaneReleases(this.#keeper, {
      now,
      touch,
      madeRoom: () => this.#taker.madeRoom(),
      onError: once('Giving lanes back failed'),
    });
    this.#refreshLoop = new PollLoop({
      pollMs: Math.min(pollMs, LONGEST_REFRESH_MS),
      round: () => this.#refresh(),
      onError: once('Refreshing lanes failed'),
    });
    this.#sweep = new LaneSweep(sweep, { now, warn: (message, error) => log.warn(message, error) });
  }

  /** Requests that have been sent and not answered. */
  get inFlight(): number {
    return this.#dispatch.inFlight;
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
    this.#dispatch.stop();
    while (this.#keeper.size > 0 && performance.now() < giveUpAt) {
      for (const lane of this.#keeper.all()) {
        lane.yield();
        this.#releases.offer(lane);
      }
      await until(giveUpAt, this.#reader.settled());
      this.#releases.release();
      await sleep(DRAIN_STEP_MS);
    }
    await this.#sender.stop(giveUpAt);
    const rest = [this.#releases.settled(), this.#refreshLoop.stop(), this.#sweep.stop()];
    await until(endAt, Promise.all(rest));
    await this.#abandon(endAt);
  }

  /** Gives back what is still held, also what has something in flight: that counts as not sent. */
  async #abandon(endAt: number): Promise<void> {
    const rest = [...this.#keeper.all()].map((lane) => lane.abandon(this.context.now()));
    if (rest.length === 0) return;
    const failed = (error?: unknown): void =>
      this.log.warn('Giving lanes back failed; others take them when the leases end', error);
    if (!(await until(endAt, this.#keeper.release(rest).catch(failed)))) failed();
  }

  #isHeld(lane: Lane): boolean {
    return this.#keeper.get(lane.transportId) === lane;
  }

  /** A taken lane is run from now on. */
  #begin(taken: readonly Lane[]): void {
    for (const lane of taken) {
      // Taken while the switch was being turned.
      if (!this.#isEnabled) lane.yield();
      this.#touch(lane);
    }
  }

  async #refresh(): Promise<boolean> {
    const { changed, lost } = await this.#keeper.refresh();
    for (const lane of lost) this.#dispatch.remove(lane);
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
      if (!this.#isHeld(lane)) continue;
      this.#dispatch.offer(lane, monotonicNow, now);
      this.#reader.offer(lane);
      this.#releases.offer(lane);
    }
    this.#touched.clear();
    if (this.#isEnabled) this.#dispatch.dispatch();
    this.#reader.read();
    this.#releases.release();
  }
}
