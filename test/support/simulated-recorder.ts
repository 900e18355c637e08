import type { Lane } from '../../lib/delivery/lanes/lane.js';
import type { QueuedDelivery } from '../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/ports/record-store.js';
import type { SimulatedQueue } from './simulated-queue.js';

export interface RecorderScene {
  readonly queue: SimulatedQueue;
  readonly now: number;
  /** The lane as this process holds it now. */
  readonly lane: Lane | undefined;
  /** The outcome of a delivery that this lane has sent is in the database. */
  recorded(lane: Lane, delivery: QueuedDelivery): void;
}

interface Entry {
  /** The lane that the delivery was read into. */
  readonly lane: Lane;
  readonly delivery: QueuedDelivery;
  readonly isParking: boolean;
  readonly nextDueAt: number | null;
}

interface Group {
  readonly entries: readonly Entry[];
  readonly isAlone: boolean;
  result?: { orphaned: Set<number>; locked: Set<number> };
}

const MOST_GROUPS = 2;

/**
 * Writes entries in the order of `Recorder`. Two groups may be written at once if they contain only ends and retries of
 * unordered deliveries; any other group is written alone. A group contains one entry of each delivery. If another transaction
 * has locked the row of an entry, the entry is set aside.
 */
export class SimulatedRecorder {
  #waiting: Entry[] = [];
  #groups: Group[] = [];
  /** Entries that were set aside and are not enqueued again yet. */
  #aside: Entry[] = [];
  /** Entries that were set aside, until they are written. */
  readonly #unwritten = new Set<Entry>();

  constructor(private readonly scene: RecorderScene) {}

  get isEmpty(): boolean {
    return this.#waiting.length + this.#groups.length + this.#aside.length === 0;
  }

  /** Whether an entry of the delivery was set aside and is not written yet. */
  isUnrecorded(deliveryId: number): boolean {
    return [...this.#unwritten].some(({ delivery }) => delivery.deliveryId === deliveryId);
  }

  /** @param nextDueAt null: the delivery has ended */
  addAttempt(lane: Lane, delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.#waiting.push({ lane, delivery, nextDueAt, isParking: false });
  }

  addParking(lane: Lane, delivery: QueuedDelivery): void {
    this.#waiting.push({ lane, delivery, nextDueAt: PARKED_DUE_AT, isParking: true });
  }

  /** Begins a group with the waiting entries, if one may begin now. */
  begin(): void {
    if (this.#waiting.length === 0 || this.#groups.some(({ isAlone }) => isAlone)) return;
    const isAlone = !this.#waiting.every(isIndependent);
    if (this.#groups.length >= (isAlone ? 1 : MOST_GROUPS)) return;
    const ids = this.#waiting.map(({ delivery }) => delivery.deliveryId);
    const entries = this.#waiting.filter((_, index) => ids.indexOf(ids[index]!) === index);
    this.#waiting = this.#waiting.filter((entry) => !entries.includes(entry));
    this.#groups.push({ entries, isAlone });
  }

  /**
   * A group goes on: it takes effect in the database, or its result arrives.
   *
   * @param choice which group, and which of its rows somebody else has locked
   */
  proceed(choice: number): void {
    const group = this.#groups[choice % MOST_GROUPS] ?? this.#groups[0];
    if (!group) return;
    if (!group.result) {
      group.result = this.#commit(group.entries, choice % 4 === 3 ? choice : undefined);
      return;
    }
    this.#groups = this.#groups.filter((other) => other !== group);
    for (const entry of group.entries) this.#finish(entry, group.result);
  }

  /** An entry that was set aside is enqueued again. */
  comeInAgain(choice: number): void {
    const [entry] = this.#aside.splice(choice % Math.max(1, this.#aside.length), 1);
    if (entry) this.#waiting.push(entry);
  }

  #commit(entries: readonly Entry[], lockedChoice: number | undefined): NonNullable<Group['result']> {
    const { queue, now } = this.scene;
    const locked = new Set<number>();
    const orphaned = new Set<number>();
    if (lockedChoice !== undefined) locked.add(entries[lockedChoice % entries.length]!.delivery.deliveryId);
    const written = entries.filter(({ delivery }) => !locked.has(delivery.deliveryId));
    for (const { delivery, nextDueAt, isParking } of written)
      if (!isParking && !queue.record(delivery, nextDueAt, now)) orphaned.add(delivery.deliveryId);
    for (const { delivery, isParking } of written) if (isParking) queue.park(delivery);
    return { orphaned, locked };
  }

  #finish(entry: Entry, { orphaned, locked }: NonNullable<Group['result']>): void {
    const { delivery, lane } = entry;
    if (locked.has(delivery.deliveryId)) {
      this.#aside.push(entry);
      if (this.#unwritten.has(entry)) return;
      this.#unwritten.add(entry);
      return lane.setAside(delivery);
    }
    this.#unwritten.delete(entry);
    this.scene.recorded(lane, delivery);
    this.#notifyLane(entry, orphaned.has(delivery.deliveryId));
  }

  /** Notifies the lane as `DeliveryRecorder` does. */
  #notifyLane({ lane, delivery, nextDueAt, isParking }: Entry, isOrphaned: boolean): void {
    const held = this.scene.lane;
    const lanes = !held || held === lane || held.hasInHand(delivery) ? [lane] : [lane, held];
    for (const notified of lanes) {
      if (isOrphaned) notified.orphaned(delivery);
      else if (isParking) notified.parked(delivery);
      else notified.recorded(delivery, nextDueAt);
    }
  }
}

const isIndependent = ({ isParking, delivery }: Entry): boolean =>
  !isParking && delivery.orderingKey === null;
