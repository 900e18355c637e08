import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';

/**
 * Deliveries that a recovery or replay has enqueued. A lane sends them only while it has no fresh delivery to send, and only
 * some at a time, so that fresh deliveries keep their latency. State only, no I/O.
 */
export class RecoveredRows {
  readonly #ready: QueuedDelivery[] = [];
  /** Deliveries that were taken and are in flight or awaiting their records. */
  readonly #taken = new Set<number>();

  get readyCount(): number {
    return this.#ready.length;
  }

  get first(): QueuedDelivery | undefined {
    return this.#ready[0];
  }

  /** The delivery is ready to be sent. */
  add(delivery: QueuedDelivery): void {
    this.#ready.push(delivery);
  }

  /** @param most deliveries that may be in flight or awaiting their records at a time */
  mayTake(most: number): boolean {
    return this.#ready.length > 0 && this.#taken.size < most;
  }

  /** Takes the next ready delivery. */
  take(): QueuedDelivery {
    const delivery = this.#ready.shift()!;
    this.#taken.add(delivery.deliveryId);
    return delivery;
  }

  /** The delivery has an outcome, or was not attempted. */
  settled(deliveryId: number): void {
    this.#taken.delete(deliveryId);
  }

  /** Gives up the ready deliveries. */
  drop(): QueuedDelivery[] {
    return this.#ready.splice(0);
  }
}
