import { setTimeout as sleep } from 'node:timers/promises';
import type { EventContent, LaneReadRequest, LaneStore, QueuedDelivery } from '../persistence/lane-store.js';
import type { RecordStore } from '../persistence/record-store.js';
import {
  concludeAttempt,
  prepareAttempt,
  sendAttempt,
  wasAborted,
  type AttemptContext,
} from './attempt.js';
import { EventContents, type OutgoingEvent } from './event-contents.js';
import { FairQueue } from './fair-queue.js';
import { LaneKeeper } from './lane-keeper.js';
import type { Lane } from './lane.js';
import { PollLoop } from './poll-loop.js';
import { Recorder } from './recorder.js';
import type { TransportConfigs, TransportProblem } from './transport-config.js';

/** Bodies kept in memory. */
const CONTENTS_BYTES = 32 * 1024 * 1024;
/** Lanes held at most, as a multiple of the slots: most lanes have only a few deliveries due. */
const LANES_PER_SLOT = 4;
/** Held lanes are looked at this often, even when polls are rarer. */
const LONGEST_REFRESH_MS = 1_000;
const DRAIN_STEP_MS = 10;

export interface DeliveryWorkerOptions {
  readonly holder: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly drainTimeoutMs: number;
}

/** What a worker tells its operator. */
export interface WorkerLog {
  warn(message: string, error?: unknown): void;
}

/**
 * The life of deliveries in one process: takes lanes while slots are free, reads what is due into them, sends,
 * records, and gives lanes back. Everything that happens makes the lane *touched*; a touched lane is looked at once,
 * soon, for each thing it may want next (`#step`), so that no step waits for another and nothing is scanned.
 */
export class DeliveryWorker {
  readonly #keeper: LaneKeeper;
  readonly #queue: FairQueue;
  readonly #contents = new EventContents(CONTENTS_BYTES);
  readonly #recorder: Recorder;
  readonly #takeLoop: PollLoop;
  readonly #refreshLoop: PollLoop;
  readonly #abort = new AbortController();

  /** Something happened to these lanes since the last step. */
  readonly #touched = new Set<Lane>();
  /** Touched lanes that were not asked yet whether they want to be read, or given back. */
  readonly #toRead = new Set<Lane>();
  readonly #toRelease = new Set<Lane>();
  #stepping = false;
  #reading = false;
  #releasing = false;
  #draining = false;

  constructor(
    private readonly lanes: LaneStore,
    records: RecordStore,
    configs: TransportConfigs,
    private readonly context: AttemptContext,
    private readonly options: DeliveryWorkerOptions,
    private readonly log: WorkerLog,
  ) {
    const { concurrency, holder, leaseMs, pollMs } = options;
    this.#queue = new FairQueue(concurrency);
    this.#keeper = new LaneKeeper(lanes, configs, holder, leaseMs);
    this.#recorder = new Recorder(records, context.now, (error) => log.warn('Recording failed', error));
    this.#takeLoop = new PollLoop({
      pollMs,
      round: () => this.#take(),
      onError: (error, failures) => failures === 1 && log.warn('Taking lanes failed', error),
    });
    this.#refreshLoop = new PollLoop({
      pollMs: Math.min(pollMs, LONGEST_REFRESH_MS),
      round: () => this.#refresh(),
      onError: (error, failures) => failures === 1 && log.warn('Refreshing lanes failed', error),
    });
  }

  start(): void {
    this.#takeLoop.start();
    this.#refreshLoop.start();
  }

  /** Fan-out has added deliveries for these transports; `contents` are bodies it had at hand. */
  told(transportIds: Iterable<number>, contents: Iterable<EventContent>): void {
    for (const content of contents) this.#contents.add(content);
    let isForOthers = false;
    for (const transportId of transportIds) {
      const lane = this.#keeper.get(transportId);
      if (lane) {
        lane.told();
        this.#touch(lane);
      } else {
        isForOthers = true;
      }
    }
    if (isForOthers) this.#takeLoop.wake();
  }

  /**
   * Stops: takes nothing more, lets requests in flight finish within the drain limit, records them, and gives the
   * lanes back at once. What could not finish is given up and will be sent again by whoever takes the lane.
   */
  async stop(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    const giveUpAt = performance.now() + this.options.drainTimeoutMs;
    await this.#takeLoop.stop();
    while ((this.#queue.inFlight > 0 || this.#reading || this.#releasing) && performance.now() < giveUpAt) {
      await sleep(DRAIN_STEP_MS);
    }
    this.#abort.abort();
    await this.#recorder.stop(giveUpAt + DRAIN_STEP_MS);
    await this.#refreshLoop.stop();
    const releases = [...this.#keeper.all()].map((lane) => lane.abandon(this.context.now()));
    if (releases.length === 0) return;
    await this.#keeper.release(releases).catch((error: unknown) => {
      this.log.warn('Giving lanes back failed; other processes take them when the leases end', error);
    });
  }

  // ── lanes come and go ────────────────────────────────────────────────────────────────────────────────────────

  async #take(): Promise<boolean> {
    const room = this.options.concurrency * LANES_PER_SLOT - this.#keeper.size;
    const free = this.options.concurrency - this.#queue.inFlight;
    if (room <= 0 || free <= 0) return false;
    const taken = await this.#keeper.take(room);
    for (const lane of taken) this.#touch(lane);
    return taken.length === room;
  }

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
    if (this.#draining) return;
    const now = this.context.now();
    const monotonicNow = performance.now();
    for (const lane of this.#touched) {
      if (!this.#isHeld(lane)) continue;
      if (lane.maySend(monotonicNow, now)) this.#queue.add(lane);
      else this.#queue.remove(lane);
      this.#toRead.add(lane);
      this.#toRelease.add(lane);
    }
    this.#touched.clear();
    this.#dispatch();
    void this.#read();
    void this.#release();
  }

  #isHeld(lane: Lane): boolean {
    return this.#keeper.get(lane.transportId) === lane;
  }

  async #read(): Promise<void> {
    if (this.#reading || this.#toRead.size === 0) return;
    const now = this.context.now();
    const reads = new Map<Lane, LaneReadRequest>();
    for (const lane of this.#toRead) {
      const request = lane.nextRead(now);
      if (request) reads.set(lane, request);
    }
    this.#toRead.clear();
    if (reads.size === 0) return;
    this.#reading = true;
    try {
      const readings = await this.lanes.read([...reads.values()], now);
      await this.#loadContents(readings.flatMap((reading) => reading.rows));
      const byTransport = new Map(readings.map((reading) => [reading.transportId, reading]));
      for (const [lane, { limit }] of reads) {
        const reading = byTransport.get(lane.transportId);
        if (reading) this.#park(lane, lane.accept(reading, limit));
        else lane.readFailed();
        this.#touch(lane);
      }
    } catch (error) {
      // Not touched: the next refresh touches every lane, after a pause.
      for (const lane of reads.keys()) lane.readFailed();
      this.log.warn('Reading lanes failed', error);
    } finally {
      this.#reading = false;
    }
  }

  async #loadContents(rows: readonly QueuedDelivery[]): Promise<void> {
    const missing = new Set(rows.filter((row) => !this.#contents.has(row.eventId)).map((row) => row.eventId));
    if (missing.size === 0) return;
    for (const content of await this.lanes.contents([...missing])) this.#contents.add(content);
  }

  #park(lane: Lane, rows: readonly QueuedDelivery[]): void {
    for (const row of rows) this.#recorder.add({ parked: row, written: () => this.#recorded(lane, row, null) });
  }

  async #release(): Promise<void> {
    if (this.#releasing || this.#toRelease.size === 0) return;
    const now = this.context.now();
    const releases = [...this.#toRelease].flatMap((lane) => (this.#isHeld(lane) ? (lane.release(now) ?? []) : []));
    this.#toRelease.clear();
    if (releases.length === 0) return;
    this.#releasing = true;
    try {
      for (const lane of await this.#keeper.release(releases)) this.#touch(lane);
    } catch (error) {
      for (const { transportId } of releases) this.#keeper.get(transportId)?.kept();
      this.log.warn('Giving lanes back failed', error);
    } finally {
      this.#releasing = false;
      this.#takeLoop.wake();
    }
  }

  // ── deliveries ───────────────────────────────────────────────────────────────────────────────────────────────

  #dispatch(): void {
    // Backpressure: what has been answered and not written is bounded by the number of slots.
    while (!this.#draining && this.#recorder.backlog < this.options.concurrency) {
      const lane = this.#queue.take();
      if (!lane) return;
      if (!lane.maySend(performance.now(), this.context.now())) {
        this.#queue.give(lane);
        continue;
      }
      const delivery = lane.next();
      this.#deliver(lane, delivery).catch((error: unknown) => {
        this.log.warn(`Delivery ${delivery.deliveryId} could not be attempted`, error);
        this.#giveUp(lane, delivery);
      });
      if (lane.maySend(performance.now(), this.context.now())) this.#queue.add(lane);
    }
  }

  async #deliver(lane: Lane, delivery: QueuedDelivery): Promise<void> {
    const { config } = lane;
    const event = this.#contents.get(delivery.eventId) ?? (await this.#loadContent(delivery.eventId));
    // Again, since a body that had to be read has cost time of the lease.
    if (!lane.coversAttempt(performance.now())) return this.#giveUp(lane, delivery);
    const sent = await sendAttempt(prepareAttempt(delivery, event, config, this.context, this.#abort.signal), this.context);
    if (wasAborted(sent)) return this.#giveUp(lane, delivery);
    lane.answered();
    this.#queue.give(lane);
    const concluded = concludeAttempt(sent, this.context);
    const transport = lane.learn(concluded);
    this.#recorder.add({
      attempt: concluded.record,
      ...(transport && { transport }),
      written: () => this.#recorded(lane, delivery, concluded.record.nextDueAt),
    });
    this.#touch(lane);
  }

  /** The attempt did not take place, or nobody waited for its end: whoever reads the lane next sends it. */
  #giveUp(lane: Lane, delivery: QueuedDelivery): void {
    lane.answered();
    this.#queue.give(lane);
    lane.returned(delivery);
    this.#touch(lane);
  }

  async #loadContent(eventId: number): Promise<OutgoingEvent | TransportProblem> {
    const [content] = await this.lanes.contents([eventId]);
    return content ? this.#contents.add(content) : { ok: false, code: 'EVENT_MISSING', message: 'The event is not stored any more.' };
  }

  #recorded(lane: Lane, delivery: QueuedDelivery, nextDueAt: number | null): void {
    lane.recorded(delivery, nextDueAt);
    this.#touch(lane);
  }
}
