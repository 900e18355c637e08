import { Lane } from '../../lib/delivery/lane.js';
import type { TransportConfig } from '../../lib/delivery/transport-config.js';
import type {
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  QueuedDelivery,
} from '../../lib/persistence/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/record-store.js';
import { concluded, laneConfig, takenLane } from './lanes.js';

interface QueueRow {
  readonly deliveryId: number;
  readonly eventId: number;
  readonly orderingKey: string | null;
  dueAt: number;
  attempts: number;
}

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
  /** Deliveries that ended, in that order. */
  readonly ended: QueueRow[] = [];
  readonly #rows: QueueRow[] = [];
  #version = 0;
  #laneDueAt: number | null = null;
  #ids = 0;
  #calls: Call[] = [];
  #refreshing = false;
  /** Recording is one at a time and in order, as the Recorder does it. */
  #records: Call[] = [];
  /** Handed out and not recorded. */
  readonly #inHand = new Set<number>();
  readonly #inFlight: QueuedDelivery[] = [];

  constructor(private readonly config: Partial<TransportConfig> = {}) {}

  get isDone(): boolean {
    return this.#rows.length === 0 && this.#calls.length === 0 && this.#records.length === 0;
  }

  /** Fan-out adds a delivery in one transaction with its tell; `lateMs`: it was dated so long before its commit. */
  add(orderingKey: string | null, lateMs: number): void {
    this.#ids += 1;
    const dueAt = this.now - lateMs;
    this.#rows.push({ deliveryId: this.#ids, eventId: this.#ids, orderingKey, dueAt, attempts: 0 });
    this.#version += 1;
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
    this.lane = new Lane(takenLane({ version: this.#version }), laneConfig(this.config), this.now, {
      circuitFailures: 0,
      circuitCoolDownMs: 1,
      disableAfterMs: Infinity,
    });
  }

  /** The refresh of the lane: lease, configuration and version. */
  refresh(): void {
    const { lane } = this;
    if (!lane || this.#refreshing) return;
    this.#refreshing = true;
    lane.renewed(this.now);
    let version = this.#version;
    this.#call(
      () => (version = this.#version),
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
      () => (reading = this.#readRows(request, now)),
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
      () => (isCounted = this.#recordRow(delivery, nextDueAt)),
      () => {
        this.#inHand.delete(delivery.deliveryId);
        if (!isCounted) lane.told();
        lane.recorded(delivery, nextDueAt);
      },
    );
  }

  /** A process that had lost this lane records late what it had sent: a delivery that this one has in flight as well. */
  interfere(isDelivered: boolean, choice: number): void {
    const delivery = this.#inFlight[0];
    if (delivery)
      this.#recordRow(delivery, isDelivered ? null : this.now + RETRY_MS[choice % RETRY_MS.length]!);
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
    if (!delivery || !this.#recordRow(delivery, null)) return;
    const next = this.#headOf(delivery.orderingKey);
    if (next && !this.#inFlight.some(({ deliveryId }) => deliveryId === next.deliveryId))
      next.dueAt = PARKED_DUE_AT;
  }

  /** The receiver asks for a pause. */
  block(ms: number): void {
    if (this.lane) this.lane.blockedUntil = Math.max(this.lane.blockedUntil, this.now + ms);
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
        throw new Error(`Left behind: ${JSON.stringify(this.#rows)} (lane due ${this.#laneDueAt})`);
      steps[Math.floor(random() * steps.length)]!();
    }
  }

  #call(commit: () => void, arrive: () => void): void {
    this.#calls.push({ commit, arrive, isCommitted: false });
  }

  #record(commit: () => void, arrive: () => void): void {
    this.#records.push({ commit, arrive, isCommitted: false });
  }

  #readRows({ after, limit }: LaneReadRequest, now: number): LaneReading {
    const sorted = [...this.#rows].sort((a, b) => a.dueAt - b.dueAt || a.deliveryId - b.deliveryId);
    const isAfter = (row: QueueRow): boolean =>
      row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.deliveryId > after.deliveryId);
    const due = sorted.filter((row) => row.dueAt <= now && isAfter(row)).slice(0, limit);
    return {
      transportId: 1,
      version: this.#version,
      nextDueAt: sorted.find((row) => row.dueAt > now)?.dueAt ?? null,
      rows: due.map((row) => ({ ...row, transportId: 1, lostAttempts: 0, behind: this.#isBehind(row) })),
    };
  }

  #isBehind({ orderingKey, eventId }: QueueRow): boolean {
    return (
      orderingKey !== null &&
      this.#rows.some((row) => row.orderingKey === orderingKey && row.eventId < eventId)
    );
  }

  /** @returns false for an attempt that finds its row changed, and changes nothing */
  #recordRow(delivery: QueuedDelivery, nextDueAt: number | null): boolean {
    const { deliveryId, dueAt, attempts } = delivery;
    const index = this.#rows.findIndex((row) => row.deliveryId === deliveryId);
    const row = this.#rows[index];
    if (row?.attempts !== attempts || row.dueAt !== dueAt) return false;
    if (nextDueAt !== null) {
      row.dueAt = nextDueAt;
      row.attempts += 1;
      return true;
    }
    this.#rows.splice(index, 1);
    this.ended.push(row);
    const next = this.#headOf(row.orderingKey);
    if (next?.dueAt === PARKED_DUE_AT) next.dueAt = this.now;
    return true;
  }

  #headOf(key: string | null): QueueRow | undefined {
    if (key === null) return undefined;
    return this.#rows
      .filter(({ orderingKey }) => orderingKey === key)
      .sort((a, b) => a.eventId - b.eventId)[0];
  }

  #park(lane: Lane, delivery: QueuedDelivery): void {
    this.#record(
      () => {
        const row = this.#rows.find((other) => other.deliveryId === delivery.deliveryId);
        if (row && this.#isBehind(row)) row.dueAt = PARKED_DUE_AT;
      },
      () => lane.recorded(delivery, null),
    );
  }

  #releaseLane({ version, dueAt }: LaneRelease): boolean {
    if (dueAt === PARKED_DUE_AT && this.#unpark()) return false;
    if (version !== null && version !== this.#version) return false;
    this.#laneDueAt = dueAt;
    this.lane = undefined;
    const earliest = Math.min(...this.#rows.map((row) => row.dueAt));
    const isKnown = dueAt !== null && dueAt <= Math.max(earliest, this.now);
    if (this.#rows.length > 0 && version !== null && !isKnown) {
      throw new Error(`Lost wake-up: the lane is due at ${dueAt}, a delivery at ${earliest}`);
    }
    return true;
  }

  /** As LaneKeeper has it done. */
  #unpark(): boolean {
    const heads = this.#rows.filter((row) => row.dueAt === PARKED_DUE_AT && !this.#isBehind(row));
    for (const row of heads) row.dueAt = this.now;
    return heads.length > 0;
  }

  #checkOrder({ orderingKey, eventId }: QueuedDelivery): void {
    if (orderingKey === null) return;
    const earlier = this.#rows.find((row) => row.orderingKey === orderingKey && row.eventId < eventId);
    if (earlier) throw new Error(`${eventId} is sent before ${earlier.eventId} of its key`);
  }
}
