import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import { earlierDate } from './earlier-date.js';

/**
 * The read of a lane that is under way, and what is recorded during it. The snapshot of the read may still show the old rows
 * of these deliveries, and may not show their retries yet. State only, no I/O.
 */
export class LaneRead {
  #isUnderWay = false;
  /** Due dates of the deliveries that were recorded during the read, by id. */
  readonly #recorded = new Map<number, number>();
  #retryDueAt: number | null = null;

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Earliest due date of the retries that were recorded during the read; null: none. */
  get retryDueAt(): number | null {
    return this.#retryDueAt;
  }

  begin(): void {
    this.#isUnderWay = true;
  }

  /** The delivery is no longer in hand (see `LaneScan`). */
  recorded({ deliveryId, dueAt }: QueuedDelivery): void {
    if (this.#isUnderWay) this.#recorded.set(deliveryId, dueAt);
  }

  /** A delivery was recorded and is due again at `dueAt`; null: it is not. */
  retryRecorded(dueAt: number | null): void {
    if (this.#isUnderWay) this.#retryDueAt = earlierDate(this.#retryDueAt, dueAt);
  }

  /**
   * Whether the read returned the row as it was before its outcome was recorded. A row with another due date is newer: a retry,
   * or a delivery that was moved back from the log.
   */
  isOutdated({ deliveryId, dueAt }: QueuedDelivery): boolean {
    return this.#recorded.get(deliveryId) === dueAt;
  }

  /** The result of the read has been accepted, or it has failed. */
  end(): void {
    this.#isUnderWay = false;
    this.#recorded.clear();
    this.#retryDueAt = null;
  }
}
