import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';

/** The deliveries that a lane has read and whose outcome is not in the database yet, with their due dates. State only, no I/O. */
export class RowsInHand {
  /** Due dates of the deliveries that are ready, in flight, or awaiting their record, by id. */
  readonly #inHand = new Map<number, number>();
  /** Due dates of the deliveries whose outcome cannot be recorded for now, by id. They do not keep the lane from being released. */
  readonly #aside = new Map<number, number>();
  readonly #parking = new Set<number>();

  /** Whether no delivery is ready, in flight, or awaiting its record. */
  get isEmpty(): boolean {
    return this.#inHand.size === 0;
  }

  /** Number of all deliveries, including those that are set aside. */
  get count(): number {
    return this.#inHand.size + this.#aside.size;
  }

  /** Number of deliveries whose outcome cannot be recorded for now. */
  get asideCount(): number {
    return this.#aside.size;
  }

  /** Number of deliveries that are being parked. */
  get parkingCount(): number {
    return this.#parking.size;
  }

  /** Whether the delivery is ready, in flight, or awaiting its record. */
  has(deliveryId: number): boolean {
    return this.#inHand.has(deliveryId);
  }

  /** Whether the delivery is in hand or set aside. */
  includes(deliveryId: number): boolean {
    return this.#inHand.has(deliveryId) || this.#aside.has(deliveryId);
  }

  /** The earliest due date of all deliveries, or `from` if that is earlier. */
  earliestDueAt(from: number): number {
    for (const dueAt of this.#inHand.values()) if (dueAt < from) from = dueAt;
    for (const dueAt of this.#aside.values()) if (dueAt < from) from = dueAt;
    return from;
  }

  add({ deliveryId, dueAt }: QueuedDelivery): void {
    this.#inHand.set(deliveryId, dueAt);
  }

  /** The delivery has to be parked. It is in hand until that is recorded. */
  addParking(delivery: QueuedDelivery): void {
    this.add(delivery);
    this.#parking.add(delivery.deliveryId);
  }

  /** The delivery was read, and an earlier lane of this process could not record its outcome yet. */
  addAside({ deliveryId, dueAt }: QueuedDelivery): void {
    this.#aside.set(deliveryId, dueAt);
  }

  /** The outcome of a delivery in hand cannot be recorded for now. */
  setAside(delivery: QueuedDelivery): void {
    if (this.#inHand.delete(delivery.deliveryId)) this.addAside(delivery);
  }

  /** The delivery was not sent. */
  returned(deliveryId: number): void {
    this.#inHand.delete(deliveryId);
  }

  /** The delivery has an outcome in the database. */
  settled(deliveryId: number): void {
    this.#inHand.delete(deliveryId);
    this.#parking.delete(deliveryId);
    this.#aside.delete(deliveryId);
  }
}
