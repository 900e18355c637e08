import type {
  ClaimedLane,
  LaneCheck,
  LaneRelease,
  LaneRenewal,
  StoredTransport,
} from '../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/ports/record-store.js';
import { claimedLane } from './lanes.js';
import { SimulatedQueue } from './simulated-queue.js';

const LEASE_MS = 30_000;

/** The present time, on the database's clock and on the elapsed clock. */
export interface SimulatedTime {
  now: number;
  elapsed: number;
}

/** The row of one lane with its queue and its transport: each method does what one statement of the stores does. */
export class SimulatedLaneRow {
  readonly queue = new SimulatedQueue();
  state: StoredTransport['state'] = 'ACTIVE';
  transportVersion = 1;
  #dueAt: number | null = null;
  #token = 0;
  #isHeld = false;
  /** On the elapsed clock. */
  #leaseEndsAt = -Infinity;
  #crashes = 0;
  #scanFrom = -1;

  constructor(private readonly time: SimulatedTime) {}

  /** Fan-out adds a delivery and schedules the lane, in one transaction. */
  add(orderingKey: string | null, dueAt: number): void {
    this.queue.add(orderingKey, dueAt);
    this.#schedule(dueAt);
  }

  /** The API requests a redelivery and schedules the lane, in one transaction. */
  request(choice: number): void {
    this.queue.request(choice);
    this.#schedule(this.time.now);
  }

  /** A job that recovers enqueues a delivery and schedules the lane, in one transaction. */
  recover(orderingKey: string | null, dueAt: number): void {
    this.queue.add(orderingKey, dueAt, 'RECOVERY');
    this.#schedule(dueAt);
  }

  changeState(state: StoredTransport['state']): void {
    this.state = state;
    this.transportVersion += 1;
    if (state !== 'ACTIVE') {
      if (!this.#isHeld) this.#dueAt = null;
      return;
    }
    this.queue.version += 1;
    this.#schedule(this.time.now);
  }

  claim(): ClaimedLane | undefined {
    const { now, elapsed } = this.time;
    if (this.#isHeld && elapsed < this.#leaseEndsAt) return undefined;
    if (!this.#isHeld && (this.#dueAt === null || this.#dueAt > now)) return undefined;
    this.#crashes = this.#isHeld ? this.#crashes + 1 : this.#crashes;
    this.#isHeld = true;
    this.#token += 1;
    this.#leaseEndsAt = elapsed + LEASE_MS;
    return claimedLane({
      leaseToken: this.#token,
      leaseMs: LEASE_MS,
      version: this.queue.version,
      requestsVersion: this.queue.requestsVersion,
      crashes: this.#crashes,
      scanFrom: this.#scanFrom,
    });
  }

  check(): LaneCheck {
    return {
      transportId: 1,
      leaseToken: this.#token,
      isHeld: this.#isHeld,
      version: this.queue.version,
      requestsVersion: this.queue.requestsVersion,
      transportVersion: this.transportVersion,
    };
  }

  /** @returns whether the lease was extended */
  renew({ leaseToken, scanFrom }: LaneRenewal): boolean {
    if (!this.#isHeld || leaseToken !== this.#token) return false;
    this.#scanFrom = scanFrom;
    this.#leaseEndsAt = this.time.elapsed + LEASE_MS;
    return true;
  }

  /**
   * Releases the lane, as the statement of `LaneReleaser` does.
   *
   * @param mayWaitMs how much later than its first delivery the lane may be due
   * @returns whether the lane was released
   */
  release({ leaseToken, version, dueAt, scanFrom }: LaneRelease, mayWaitMs: number): boolean {
    if (dueAt === PARKED_DUE_AT && this.queue.unpark(this.time.now)) return false;
    if (!this.#isHeld || leaseToken !== this.#token) return false;
    if (version !== null && version !== this.queue.version) return false;
    this.#isHeld = false;
    this.#crashes = 0;
    this.#scanFrom = scanFrom;
    this.#dueAt = this.state === 'ACTIVE' ? dueAt : null;
    if (version !== null || dueAt === null) this.#assertScheduled(mayWaitMs);
    return true;
  }

  toString(): string {
    return `lane due ${this.#dueAt}, held ${this.#isHeld}, scanned from ${this.#scanFrom}: ${String(this.queue)}`;
  }

  /** While the lane is held, `due_at` holds the end of the lease. */
  #schedule(dueAt: number): void {
    if (!this.#isHeld && this.state === 'ACTIVE') this.#dueAt = Math.min(this.#dueAt ?? Infinity, dueAt);
  }

  /** No wake-up is lost: a released lane is due when its first delivery is. */
  #assertScheduled(mayWaitMs: number): void {
    if (this.queue.isEmpty || this.state !== 'ACTIVE') return;
    const { earliest } = this.queue;
    if (this.#dueAt !== null && this.#dueAt <= Math.max(earliest, this.time.now + mayWaitMs)) return;
    throw new Error(`Lost wake-up at ${this.time.now}: a delivery is due at ${earliest}; ${String(this)}`);
  }
}
