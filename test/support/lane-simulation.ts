import { Lane } from '../../lib/delivery/lanes/lane.js';
import type { TransportConfig } from '../../lib/delivery/sending/transport-config.js';
import {
  CLOCK_SLACK_MS,
  type LaneReading,
  type QueuedDelivery,
} from '../../lib/persistence/ports/lane-store.js';
import type { RequestReading } from '../../lib/persistence/ports/request-store.js';
import { block, concluded, laneConfig, NO_CIRCUIT } from './lanes.js';
import { SimulatedLaneRow } from './simulated-lane-row.js';
import { SimulatedRecorder } from './simulated-recorder.js';

/** A statement on its way to the database and back: `commit` happens there, then `arrive` here. */
interface Call {
  readonly commit: () => void;
  readonly arrive: () => void;
  isCommitted: boolean;
}

const RETRY_MS = [0, 3, 20, 100, 90_000];
/** A lane with outcomes that cannot be recorded is due again after 2 s. The model allows more. */
const ASIDE_RETRY_MS = 30_000;

/**
 * One lane, one process and the database, reduced to what decides whether a delivery is lost. The effect of a call in the
 * database and its result happen at different moments, in any order in which the real ones can. Time passes only when the
 * test says so. Other processes claim the lane if its lease expires.
 */
export class LaneSimulation {
  now = 1_000_000;
  elapsed = 0;
  /** The lane as this process holds it, or believes to. */
  lane: Lane | undefined;
  readonly #row = new SimulatedLaneRow(this);
  #calls: Call[] = [];
  #isRefreshing = false;
  #wasSetBack = false;
  #recorder = new SimulatedRecorder(this);
  /** Requests that wait for their response, the oldest first. */
  #inFlight: { readonly lane: Lane; readonly delivery: QueuedDelivery }[] = [];
  /** The deliveries that each lane has sent and that are not recorded yet. */
  readonly #unrecorded = new Map<Lane, Set<number>>();

  constructor(private readonly config: Partial<TransportConfig> = {}) {}

  get queue() {
    return this.#row.queue;
  }

  get isDone(): boolean {
    return this.queue.isEmpty && this.#calls.length === 0 && this.#recorder.isEmpty;
  }

  // ── others ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fan-out commits a delivery that it dated `lateMs` ago. */
  add(orderingKey: string | null, lateMs: number): void {
    this.#row.add(orderingKey, this.now - lateMs);
  }

  addMany(count: number): void {
    for (let added = 0; added < count; added++) this.add(null, (7 * added) % 30);
  }

  /**
   * A recovery in another process enqueues a batch in the order of its events. Its ordering keys must differ from those of
   * fresh deliveries.
   */
  recover(orderingKey: string | null, count: number): void {
    for (let left = count; left > 0; left--) this.#row.recover(orderingKey, this.now - left);
  }

  /** The API, in another process, accepts a redelivery of something that is pending. */
  request(choice: number): void {
    this.#row.request(choice);
  }

  pass(ms: number): void {
    this.now += ms;
    this.elapsed += ms;
  }

  /** The database's clock is set back, once, by less than the overlap of two scans: beyond that, only the sweep helps. */
  setClockBack(ms: number): void {
    if (this.#wasSetBack) return;
    this.#wasSetBack = true;
    this.now -= ms;
  }

  /** An operator pauses or resumes the transport. */
  changeState(state: 'ACTIVE' | 'PAUSED'): void {
    if (this.#row.state !== state) this.#row.changeState(state);
  }

  /** Another process claims the lane, whose lease has expired, delivers some of it, and releases it or crashes. */
  lose(count: number, crashes: boolean): void {
    // Requests end before the lease does.
    if (!this.lane || this.#inFlight.length > 0) return;
    const claimed = this.#row.claim();
    if (!claimed) return;
    const other = new Lane(claimed, this.#configNow(), this.elapsed, NO_CIRCUIT);
    const clocks = { now: this.now, elapsed: this.elapsed };
    const request = other.nextRead(clocks);
    if (request) other.acceptRows(this.queue.read(request, this.now), request.limit, this.now, () => false);
    for (let sent = 0; sent < count && other.maySend(clocks); sent++) {
      const delivery = other.next(this.now);
      other.settled();
      const isCounted = this.queue.record(delivery, null, this.now);
      other.recorded(delivery, null);
      if (!isCounted) throw new Error(`${delivery.deliveryId} was read and cannot be recorded`);
    }
    if (crashes) return;
    if (!this.#row.release(other.abandon(this.now), 0)) throw new Error('The other process holds the lane');
  }

  /** A process that had lost this lane records late what it has sent: a delivery that is in flight here as well. */
  interfere(isDelivered: boolean, choice: number): void {
    const { delivery } = this.#inFlight[0] ?? {};
    // It computed the next date before it was suspended, within the overlap of two scans.
    const nextDueAt = isDelivered ? null : this.now + RETRY_MS[choice % RETRY_MS.length]! - 4_000 * choice;
    if (delivery) this.queue.record(delivery, nextDueAt, this.now);
  }

  /**
   * A process that had lost this lane records an end at the moment at which this one parks the delivery behind it, so that
   * neither sees the other: the next one of the key is parked and has no predecessor.
   */
  strand(): void {
    const delivery = this.#inFlight.find((one) => one.delivery.orderingKey !== null)?.delivery;
    if (delivery && this.queue.record(delivery, null, this.now)) this.queue.strand(delivery.orderingKey);
  }

  // ── this process ────────────────────────────────────────────────────────────────────────────────────────────

  /** Fan-out of this process notifies the lane of new work. */
  notify(): void {
    this.lane?.notifyWorkAdded();
  }

  claim(): void {
    if (this.lane) return;
    const claimed = this.#row.claim();
    if (claimed) this.lane = new Lane(claimed, this.#configNow(), this.elapsed, NO_CIRCUIT);
  }

  /** The process crashes and starts again. */
  crash(): void {
    this.lane = undefined;
    this.#calls = [];
    this.#isRefreshing = false;
    this.#inFlight = [];
    this.#recorder = new SimulatedRecorder(this);
  }

  /** Checks the lane as `LaneUpkeep` does. */
  refresh(): void {
    const { lane, elapsed } = this;
    if (!lane || this.#isRefreshing) return;
    this.#isRefreshing = true;
    let check = this.#row.check();
    let config = lane.config;
    this.#call(
      () => {
        check = this.#row.check();
        config = this.#configNow();
      },
      () => {
        this.#isRefreshing = false;
        if (this.lane !== lane) return;
        const isReleased = !check.isHeld && lane.state !== 'RELEASING';
        if (isReleased || check.leaseToken > lane.leaseToken) return this.#drop(lane);
        if (lane.checked(check)) lane.configure(config, this.now, elapsed);
        lane.confirmed(elapsed);
      },
    );
  }

  renew(): void {
    const { lane, elapsed } = this;
    if (!lane) return;
    const renewal = lane.renewal(this.now);
    let isRenewed = false;
    this.#call(
      () => (isRenewed = this.#row.renew(renewal)),
      () => isRenewed && lane.renewed(elapsed),
    );
  }

  read(): void {
    const { lane, elapsed } = this;
    const now = this.now + CLOCK_SLACK_MS;
    const request = lane?.nextRead({ now, elapsed });
    if (!lane || !request) return;
    let reading: LaneReading | undefined;
    this.#call(
      () => (reading = this.queue.read(request, now)),
      () => {
        const isUnrecorded = ({ deliveryId }: QueuedDelivery) => this.#recorder.isUnrecorded(deliveryId);
        const { behind } = lane.acceptRows(reading!, request.limit, now, isUnrecorded);
        for (const row of behind) this.#recorder.addParking(lane, row);
      },
    );
  }

  /** Reads the requests as `RequestReader` does. */
  readRequests(): void {
    const { lane, now, elapsed } = this;
    const request = lane?.nextRequests({ now, elapsed });
    if (!lane || !request) return;
    let reading: RequestReading | undefined;
    this.#call(
      () => (reading = this.queue.readRequests(request)),
      () => {
        const isUnrecorded = ({ deliveryId }: QueuedDelivery) => this.#recorder.isUnrecorded(deliveryId);
        const { areServed } = lane.acceptRequests(reading!, isUnrecorded);
        const { requestsVersion } = reading!;
        if (areServed)
          this.#call(
            () => this.queue.clearRequests(requestsVersion),
            () => undefined,
          );
      },
    );
  }

  failRequests(): void {
    const { lane, now, elapsed } = this;
    if (lane?.nextRequests({ now, elapsed })) lane.requestsFailed();
  }

  failRead(): void {
    const { lane, now, elapsed } = this;
    if (lane?.nextRead({ now, elapsed })) lane.readFailed();
  }

  send(): void {
    const { lane, now, elapsed } = this;
    if (!lane?.maySend({ now, elapsed })) return;
    const delivery = lane.next(now);
    const { deliveryId } = delivery;
    const sent = this.#unrecorded.get(lane) ?? new Set();
    this.#unrecorded.set(lane, sent);
    if (sent.has(deliveryId)) throw new Error(`${deliveryId} is sent again before it is recorded`);
    if (this.#inFlight.some((other) => other.delivery.deliveryId === deliveryId))
      throw new Error(`${deliveryId} is sent twice at a time`);
    sent.add(deliveryId);
    this.#inFlight.push({ lane, delivery });
    if (this.#inFlight.length > lane.config.maxConcurrency)
      throw new Error('Too many requests are in flight');
    const recovered = this.#inFlight.filter(
      (one) => one.lane === lane && one.delivery.requested === 'RECOVERY',
    );
    if (recovered.length > Math.max(1, lane.config.maxConcurrency / 2))
      throw new Error('Too many requests in flight are for deliveries of a recovery');
    const earlier = this.queue.earlierOf(delivery);
    if (earlier !== undefined) throw new Error(`${deliveryId} is sent before ${earlier} of its key`);
  }

  /** The oldest request has its response: delivered, or to be tried again. */
  respond(isDelivered: boolean, choice: number): void {
    const { lane, delivery } = this.#inFlight.shift() ?? {};
    if (!lane || !delivery) return;
    lane.settled();
    const nextDueAt = isDelivered ? null : this.now + RETRY_MS[choice % RETRY_MS.length]!;
    lane.learn(concluded(delivery, nextDueAt), this.now, 0);
    this.#recorder.addAttempt(lane, delivery, nextDueAt);
  }

  /** The oldest request is given up, and nothing is written about it. */
  giveUp(): void {
    const { lane, delivery } = this.#inFlight.shift() ?? {};
    if (!lane || !delivery) return;
    lane.settled();
    this.recorded(lane, delivery);
    lane.returned(delivery);
  }

  beginGroup(): void {
    this.#recorder.begin();
  }

  proceedRecord(choice: number): void {
    this.#recorder.proceed(choice);
  }

  comeInAgain(choice: number): void {
    this.#recorder.comeInAgain(choice);
  }

  recorded(lane: Lane, { deliveryId }: QueuedDelivery): void {
    this.#unrecorded.get(lane)?.delete(deliveryId);
  }

  /** The receiver asks for a pause. */
  block(ms: number): void {
    if (this.lane) block(this.lane, this.now + ms);
  }

  drain(): void {
    this.lane?.drain();
  }

  /** @param fails whether the statement fails, so that nobody knows whether it was committed */
  release(fails: boolean): void {
    const { lane } = this;
    const release = lane?.release(this.now);
    if (!lane || !release) return;
    let isReleased = false;
    const mayWaitMs = this.#recorder.isEmpty ? 0 : ASIDE_RETRY_MS;
    this.#call(
      () => (isReleased = this.#row.release(release, mayWaitMs)),
      () => {
        if (lane.state !== 'RELEASING') return;
        if (fails) lane.releaseUncertain(this.elapsed);
        else if (isReleased) this.#drop(lane);
        else lane.releaseFailed();
      },
    );
  }

  /** One of the calls that are under way goes on: it takes effect in the database, or its result arrives. */
  proceed(choice: number): void {
    const call = this.#calls[choice % this.#calls.length];
    if (!call) return;
    if (!call.isCommitted) {
      call.isCommitted = true;
      call.commit();
    } else {
      this.#calls = this.#calls.filter((other) => other !== call);
      call.arrive();
    }
  }

  toString(): string {
    return `${this.lane?.state ?? 'not held'}; ${String(this.#row)}`;
  }

  #configNow(): TransportConfig {
    const { state, transportVersion } = this.#row;
    return laneConfig({ ...this.config, state, version: transportVersion });
  }

  #drop(lane: Lane): void {
    lane.close();
    if (this.lane === lane) this.lane = undefined;
  }

  #call(commit: () => void, arrive: () => void): void {
    this.#calls.push({ commit, arrive, isCommitted: false });
  }
}
