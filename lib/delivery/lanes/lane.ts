import type { LaneRelease, LaneRenewal, QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { Clocks } from './lane-hold.js';
import { LaneRows } from './lane-rows.js';
import { releaseTerms } from './release-terms.js';

/**
 * A lane that this process holds: what may be sent, and when it can be released. State only, no I/O. `LaneHold` decides
 * whether rows may be read and sent at all, and `LaneRows` decides what should be read.
 */
export class Lane extends LaneRows {
  /** Number of requests in flight, each from `next` to `settled`. */
  inFlight = 0;

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────

  get readyCount(): number {
    return this.scan.readyCount;
  }

  /** Whether a request may start now. */
  maySend(clocks: Clocks): boolean {
    return (
      this.scan.mayTake(this.#mostRecovered) &&
      this.inFlight < this.#mostInFlight &&
      this.scan.asideCount < this.config.maxConcurrency &&
      this.mayStillSend(clocks) &&
      (this.rate === undefined || this.rate.nextAt(clocks.now) <= clocks.now)
    );
  }

  /** When the rate limit allows the next ready delivery, in ms from now; undefined: the rate limit does not delay it. */
  rateDelayMs(now: number): number | undefined {
    if (!this.rate || this.scan.readyCount === 0 || !this.isOpen(now)) return undefined;
    const delay = this.rate.nextAt(now) - now;
    return delay > 0 ? delay : undefined;
  }

  /** Whether the delivery has to be noted before it is sent, since it may be a poison delivery. */
  mustNote(delivery: QueuedDelivery): boolean {
    return this.quarantine.mustNote(delivery);
  }

  /** Takes the next ready delivery, which is in flight from now on. */
  next(now: number): QueuedDelivery {
    this.rate?.sent(now);
    this.inFlight++;
    return this.scan.take();
  }

  /** A request has ended, or did not start. */
  settled(): void {
    this.inFlight--;
  }

  // ── renewing and releasing ───────────────────────────────────────────────────────────────────────────────────

  /** The renewal to write: the lease, and the state that the next holder needs after a crash. */
  renewal(now: number): LaneRenewal {
    return { ...this.#handover(now), leaseMs: this.lease.lastsMs };
  }

  /**
   * Begins a release if the lane has nothing to do and nothing in hand. The lane is `RELEASING` from then on, until `close`
   * or `releaseFailed` is called.
   *
   * @returns the release to write; undefined: the lane is kept
   */
  release(now: number): LaneRelease | undefined {
    if (!this.stateMachine.mayRelease || this.scan.isReading) return undefined;
    if (!this.isOpen(now)) this.scan.dropReady();
    if (!this.scan.isEmptyHanded) return undefined;
    const terms = releaseTerms(
      {
        transportState: this.config.state,
        isGivenUp: this.state === 'DRAINING' || !this.isReadable,
        blockedUntil: this.receiver.blockedUntil,
        nextRequestAt: this.rate?.nextAt(now) ?? now,
        asideCount: this.scan.asideCount,
        scanned: this.scan.result(now),
      },
      now,
    );
    if (!terms) return undefined;
    this.stateMachine.release();
    return { ...this.#handover(now), ...terms };
  }

  /** The lane was not released, most often because work was added. */
  releaseFailed(): void {
    this.stateMachine.releaseFailed();
    this.scan.notifyWorkAdded();
  }

  /** It is not known whether the lane was released. Nothing is sent until a later renewal has shown that it is still held. */
  releaseUncertain(elapsed: number): void {
    this.releaseFailed();
    this.lease.doubt(elapsed);
  }

  /** Gives up rows that were not sent, for a process that ends. @returns the release to write at once */
  abandon(now: number): LaneRelease {
    this.scan.dropReady();
    return { ...this.#handover(now), version: null, dueAt: now };
  }

  #handover(now: number): Omit<LaneRelease, 'version' | 'dueAt'> {
    return {
      transportId: this.transportId,
      leaseToken: this.lease.token,
      consecutiveFailures: this.receiver.consecutiveFailures,
      rate: this.rateState(now),
      scanFrom: this.scan.scanFrom,
    };
  }

  /** A single request is enough to see whether the receiver has recovered, or whether a delivery crashes the process. */
  get #mostInFlight(): number {
    return this.receiver.isProbing || this.quarantine.isActive ? 1 : this.config.maxConcurrency;
  }

  /**
   * Maximum number of deliveries of a recovery in flight: half of `maxConcurrency`, and at least one. So fresh deliveries need
   * not wait for these, unless `maxConcurrency` is 1.
   */
  get #mostRecovered(): number {
    return Math.max(1, Math.floor(this.config.maxConcurrency / 2));
  }
}
