import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';

/** If at least this many holders of a lane crashed in a row, the lane runs in quarantine mode. */
const QUARANTINE_FROM = 2;
/**
 * Quarantine mode ends after this many times `maxConcurrency` outcomes. That is an estimate of how many deliveries precede the
 * poison delivery (see `recorded`).
 */
const WAVES = 3;

/**
 * Quarantine mode of a lane. A delivery may crash the process that sends it. If two or more holders of a lane crashed in a row,
 * the next holder sends one delivery at a time and notes it in the database first. If this holder crashes too, the holder after
 * it records the noted delivery as a failed attempt. A delivery that was noted once is noted before each later attempt too, even
 * outside quarantine mode, so that the next crash identifies it.
 */
export class LaneQuarantine {
  readonly isActive: boolean;
  /** Fencing token of the holder before this one, if it crashed. */
  readonly #crashedToken: number | undefined;
  #recorded = 0;

  /**
   * @param crashes number of holders in a row that ended without releasing the lane
   * @param leaseToken fencing token of this holder
   */
  constructor(crashes: number, leaseToken: number) {
    this.isActive = crashes >= QUARANTINE_FROM;
    this.#crashedToken = crashes > 0 ? leaseToken - 1 : undefined;
  }

  /** Whether the delivery has to be noted before it is sent. */
  mustNote({ notedToken }: QueuedDelivery): boolean {
    return this.isActive || notedToken !== null;
  }

  /** Whether the last holder crashed while it sent this delivery. */
  hasCrashed({ notedToken }: QueuedDelivery): boolean {
    return notedToken !== null && notedToken === this.#crashedToken;
  }

  /**
   * The outcome of a delivery is in the database.
   *
   * The poison delivery was in flight when the holders crashed. Only these deliveries can precede it in the queue: others that
   * were in flight, and those whose outcomes were lost. Usually these are at most three times `maxConcurrency` deliveries: in
   * flight, in the group that was being written, and waiting for the next group. There may be more if the receiver responds
   * faster than outcomes are written. Then quarantine mode ends too early. After two more crashes, the lane is in quarantine
   * mode again, with fewer deliveries before the poison delivery.
   *
   * @returns whether `WAVES` times `maxConcurrency` deliveries have an outcome by now, so that a clean release can end
   *   quarantine mode
   */
  recorded(maxConcurrency: number): boolean {
    if (!this.isActive) return false;
    this.#recorded++;
    return this.#recorded >= WAVES * maxConcurrency;
  }
}
