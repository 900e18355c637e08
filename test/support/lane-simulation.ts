import { Lane } from '../../lib/delivery/lane.js';
import type { TransportConfig } from '../../lib/delivery/transport-config.js';
import type { LaneReading, LaneRelease, QueuedDelivery } from '../../lib/persistence/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/record-store.js';
import { block, concluded, laneConfig, takenLane } from './lanes.js';
import { SimulatedQueue } from './simulated-queue.js';

/** Something that is on its way to the database and back: `commit` happens there, then `arrive` here. */
interface Call {
  commit: () => void;
  arrive: () => void;
  isCommitted: boolean;
}

const RETRY_MS = [0, 3, 20, 100];

/**
 * One lane and the database that it is read from, reduced to what decides whether a delivery is lost: rows, the
 * lane's version and due date, and calls whose effect in the database and whose answer come at different moments, in any
 * order in which the real ones can come. Time passes only when it is told to.
 */
export class LaneSimulation {
  now = 1_000_000;
  lane: Lane | undefined;
  readonly #queue = new SimulatedQueue();
  #laneDueAt: number | null = null;
  /** Of the rows that were added, those that have ended, as the lane's row has it. */
  #laneEnded = 0;
  #calls: Call[] = [];
  #refreshing = false;
  /** Recording is one at a time and in order, as the Recorder does it. */
  #records: Call[] = [];
  /** Handed out and not recorded. */
  readonly #inHand = new Set<number>();
  readonly #inFlight: QueuedDelivery[] = [];

  constructor(private readonly config: Partial<TransportConfig> = {}) {}

  get isDone(): boolean {
    return this.#queue.isEmpty && this.#calls.length === 0 && this.#records.length === 0;
  }

  /** Fan-out adds a delivery in one transaction with its tell; `lateMs`: it was dated so long before its commit. */
  add(orderingKey: string | null, lateMs: number): void {
    const dueAt = this.now - lateMs;
    this.#queue.add(orderingKey, dueAt);
    if (!this.lane) this.#laneDueAt = Math.min(this.#laneDueAt ?? Infinity, dueAt);
  }

  addMany(count: number): void {
    for (let added = 0; added < count; added++) this.add(null, (7 * added) % 30);
  }

  pass(ms: number): void {
    this.now += ms;
  }

  /** The worker of this process hears of it, as it does when fan-out ran in the same process. */
  tell(): void {
    this.lane?.told();
  }

  take(): void {
    if (this.lane || this.#laneDueAt === null || this.#laneDueAt > this.now) return;
    this.lane = new Lane(
      takenLane({ version: this.#queue.version, ended: this.#laneEnded }),
      laneConfig(this.config),
      this.now,
      {
        circuitFailures: 0,
        circuitCoolDownMs: 1,
        disableAfterMs: Infinity,
      },
    );
  }

  /** The refresh of the lane: lease, configuration and version. */
  refresh(): void {
    const { lane } = this;
    if (!lane || this.#refreshing) return;
    this.#refreshing = true;
    lane.renewed(this.now);
    let version = this.#queue.version;
    this.#call(
      () => (version = this.#queue.version),
      () => {
        this.#refreshing = false;
        if (this.lane === lane) lane.checked(version, lane.config.version);
      },
    );
  }

  read(): void {
    const { lane } = this;
    const now = this.now;
    const request = lane?.nextRead(now);
    if (!lane || !request) return;
    let reading: LaneReading | undefined;
    this.#call(
      () => (reading = this.#queue.read(request, now)),
      () => {
        for (const row of lane.accept(reading!, request.limit).behind) this.#park(lane, row);
      },
    );
  }

  failRead(): void {
    const { lane } = this;
    if (lane?.nextRead(this.now)) lane.readFailed();
  }

  send(): void {
    const { lane } = this;
    if (!lane?.maySend(this.now, this.now)) return;
    const delivery = lane.next(this.now);
    if (this.#inHand.has(delivery.deliveryId))
      throw new Error(`${delivery.deliveryId} is sent while it is in hand`);
    this.#inHand.add(delivery.deliveryId);
    this.#inFlight.push(delivery);
    if (this.#inFlight.length > lane.config.maxConcurrency)
      throw new Error('Too many requests are in flight');
    this.#checkOrder(delivery);
  }

  /** The oldest request is answered: delivered, or to be tried again. */
  answer(isDelivered: boolean, choice: number): void {
    const { lane } = this;
    const delivery = this.#inFlight.shift();
    if (!lane || !delivery) return;
    lane.answered();
    const nextDueAt = isDelivered ? null : this.now + RETRY_MS[choice % RETRY_MS.length]!;
    lane.learn(concluded(delivery, nextDueAt), this.now, 0);
    let isCounted = false;
    this.#record(
      () => (isCounted = this.#queue.record(delivery, nextDueAt, this.now)),
      () => {
        this.#inHand.delete(delivery.deliveryId);
        if (!isCounted) lane.told();
        else if (nextDueAt === null) lane.ended();
        lane.recorded(delivery, nextDueAt);
      },
    );
  }

  /** A process that had lost this lane records late what it had sent: a delivery that this one has in flight as well. */
  interfere(isDelivered: boolean, choice: number): void {
    const delivery = this.#inFlight[0];
    const nextDueAt = isDelivered ? null : this.now + RETRY_MS[choice % RETRY_MS.length]!;
    if (delivery) this.#queue.record(delivery, nextDueAt, this.now);
  }

  /** The oldest request is given up, and nothing is written about it. */
  giveUp(): void {
    const delivery = this.#inFlight.shift();
    if (!this.lane || !delivery) return;
    this.lane.answered();
    this.#inHand.delete(delivery.deliveryId);
    this.lane.returned(delivery);
  }

  /**
   * A process that had lost this lane records an end at the moment at which this one parks what is behind it, so that
   * neither sees the other: the next of the key is parked, and nobody is in front of it.
   */
  strand(): void {
    const delivery = this.#inFlight.find(({ orderingKey }) => orderingKey !== null);
    if (delivery && this.#queue.record(delivery, null, this.now)) this.#queue.strand(delivery.orderingKey);
  }

  /** The receiver asks for a pause. */
  block(ms: number): void {
    if (this.lane) block(this.lane, this.now + ms);
  }

  release(): void {
    const { lane } = this;
    const release = lane?.release(this.now);
    if (!lane || !release) return;
    let isReleased = false;
    this.#call(
      () => (isReleased = this.#releaseLane(release)),
      () => {
        if (!isReleased) lane.kept();
      },
    );
  }

  /** One of the calls that are under way goes on: it takes effect in the database, or its answer arrives. */
  proceed(choice: number): void {
    const ways = [...this.#calls, ...this.#records.slice(0, 1)];
    const call = ways[choice % ways.length];
    if (!call) return;
    if (!call.isCommitted) {
      call.isCommitted = true;
      call.commit();
    } else {
      this.#calls = this.#calls.filter((other) => other !== call);
      this.#records = this.#records.filter((other) => other !== call);
      call.arrive();
    }
  }

  /**
   * Nothing new comes: the worker goes on, in an order that `random` (0 to below 1) chooses, until nothing is left.
   * Throws when something stays behind.
   */
  finish(random: () => number): void {
    const choice = (): number => Math.floor(random() * 12);
    const steps = [
      () => this.take(),
      () => this.read(),
      () => this.send(),
      () => this.answer(choice() > 2, choice()),
      () => this.proceed(choice()),
      () => this.proceed(choice()),
      () => this.release(),
      () => this.refresh(),
      () => this.pass(choice()),
      () => choice() === 0 && this.giveUp(),
      () => choice() === 0 && this.interfere(choice() > 5, choice()),
      () => choice() === 0 && this.block(choice()),
      () => choice() === 0 && this.strand(),
    ];
    for (let round = 0; !this.isDone; round++) {
      if (round > 30_000)
        throw new Error(`Left behind: ${String(this.#queue)} (lane due ${this.#laneDueAt})`);
      steps[Math.floor(random() * steps.length)]!();
    }
  }

  #call(commit: () => void, arrive: () => void): void {
    this.#calls.push({ commit, arrive, isCommitted: false });
  }

  #record(commit: () => void, arrive: () => void): void {
    this.#records.push({ commit, arrive, isCommitted: false });
  }

  #park(lane: Lane, delivery: QueuedDelivery): void {
    this.#record(
      () => this.#queue.park(delivery),
      () => lane.recorded(delivery, null),
    );
  }

  #releaseLane({ version, dueAt, isEmpty, ended }: LaneRelease): boolean {
    // As LaneKeeper has it done.
    if (dueAt === PARKED_DUE_AT && this.#queue.unpark(this.now)) return false;
    if (version !== null && version !== this.#queue.version) return false;
    this.#laneDueAt = dueAt;
    this.#laneEnded = isEmpty ? this.#queue.version : ended;
    const pending = this.#queue.version - this.#laneEnded;
    if (pending < this.#queue.size)
      throw new Error(`${pending} are said to be pending, of ${this.#queue.size}`);
    if (dueAt === null && pending > 0) throw new Error(`${pending} are said to be pending, of none`);
    this.lane = undefined;
    const { earliest } = this.#queue;
    const isKnown = dueAt !== null && dueAt <= Math.max(earliest, this.now);
    if (!this.#queue.isEmpty && version !== null && !isKnown) {
      throw new Error(`Lost wake-up: the lane is due at ${dueAt}, a delivery at ${earliest}`);
    }
    return true;
  }

  #checkOrder(delivery: QueuedDelivery): void {
    const earlier = this.#queue.earlierOf(delivery);
    if (earlier !== undefined) throw new Error(`${delivery.deliveryId} is sent before ${earlier} of its key`);
  }
}
