import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import { RecoveredRows } from './recovered-rows.js';

/** Maximum number of rows that were taken and still occupy the front of the array. */
const MOST_HANDED_OUT = 512;

/** The deliveries of a lane that are ready to be sent, in the order in which they are sent. State only, no I/O. */
export class ReadyRows {
  #due: QueuedDelivery[] = [];
  #dueFrom = 0;
  /** Requested deliveries. They are sent before `#due`. */
  readonly #requested: QueuedDelivery[] = [];
  /** Deliveries that a recovery has enqueued. They are sent after all others. */
  readonly #recovered = new RecoveredRows();

  get count(): number {
    return this.freshCount + this.#recovered.readyCount;
  }

  /** Number of deliveries without those that a recovery has enqueued. */
  get freshCount(): number {
    return this.#requested.length + this.#due.length - this.#dueFrom;
  }

  /**
   * Whether `take` may be called.
   *
   * @param mostRecovered deliveries of a recovery that may be in flight or awaiting their records at a time
   */
  mayTake(mostRecovered: number): boolean {
    return this.freshCount > 0 || this.#recovered.mayTake(mostRecovered);
  }

  /** The delivery that `take` returns next. */
  get first(): QueuedDelivery | undefined {
    return this.#requested[0] ?? this.#due[this.#dueFrom] ?? this.#recovered.first;
  }

  /** The due delivery is ready. It is sent after those that are ready already, but before those of a recovery, which are sent last. */
  add(delivery: QueuedDelivery): void {
    if (delivery.requested === 'RECOVERY') this.#recovered.add(delivery);
    else this.#due.push(delivery);
  }

  /** The requested delivery is ready. It is sent after the other requested ones, and before all due ones. */
  addRequested(delivery: QueuedDelivery): void {
    this.#requested.push(delivery);
  }

  /** Moves a due delivery to the requested ones, with the trigger that was requested. @returns false: it is not among the due ones */
  putFirst(row: QueuedDelivery): boolean {
    const index = this.#due.findIndex(
      ({ deliveryId }, place) => place >= this.#dueFrom && deliveryId === row.deliveryId,
    );
    if (index < 0) return false;
    this.#due.splice(index, 1);
    this.#requested.push(row);
    return true;
  }

  /** Takes the next delivery. Call it only if `mayTake`. */
  take(): QueuedDelivery {
    const requested = this.#requested.shift();
    if (requested) return requested;
    if (this.freshCount === 0) return this.#recovered.take();
    const delivery = this.#due[this.#dueFrom++]!;
    if (this.#dueFrom > MOST_HANDED_OUT) this.#compact();
    return delivery;
  }

  /** A delivery that was taken has an outcome, or was not attempted. */
  settled(deliveryId: number): void {
    this.#recovered.settled(deliveryId);
  }

  /** Gives up all deliveries. @returns them */
  drop(): QueuedDelivery[] {
    this.#compact();
    return [...this.#requested.splice(0), ...this.#due.splice(0), ...this.#recovered.drop()];
  }

  /** Removes the taken rows. It is not done for each row, because removing the first element of an array moves all others. */
  #compact(): void {
    this.#due = this.#due.slice(this.#dueFrom);
    this.#dueFrom = 0;
  }
}
