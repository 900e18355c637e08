import type { RecordEntry } from './record-entry.js';

/** First pause of an entry that cannot be written, in ms. It doubles each time, up to `LONGEST_PAUSE_MS`. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Entries that the recorder has set aside, because they could not be written. Each is enqueued again after a pause. */
export class EntriesAside {
  /** Number of entries that were set aside and are not written yet, by the id of the delivery. */
  readonly #byDelivery = new Map<number, number>();
  #sinceWritten = 0;
  /** Pauses that are running. The function ends a pause and enqueues its entry. */
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  #isStopping = false;

  constructor(private readonly enqueue: (entry: RecordEntry) => void) {}

  /** Number of entries that were set aside since the last successful write. */
  get sinceWritten(): number {
    return this.#sinceWritten;
  }

  /** Whether an entry of this delivery was set aside and is not written yet. */
  has(deliveryId: number): boolean {
    return this.#byDelivery.has(deliveryId);
  }

  add(entry: RecordEntry): void {
    const { deliveryId, pauseMs } = entry;
    if (pauseMs === undefined) {
      this.#sinceWritten++;
      this.#byDelivery.set(deliveryId, (this.#byDelivery.get(deliveryId) ?? 0) + 1);
      entry.setAside();
    }
    entry.pauseMs = pauseMs === undefined ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    if (!this.#isStopping) this.#enqueueIn(entry.pauseMs, entry);
  }

  /** An entry was written, whether or not it had been set aside. */
  written({ deliveryId, pauseMs }: RecordEntry): void {
    this.#sinceWritten = 0;
    if (pauseMs === undefined) return;
    const others = this.#byDelivery.get(deliveryId)! - 1;
    if (others > 0) this.#byDelivery.set(deliveryId, others);
    else this.#byDelivery.delete(deliveryId);
  }

  /** Ends all pauses. Entries that are set aside from now on are not enqueued again. */
  stop(): void {
    this.#isStopping = true;
    for (const [timer, enqueueNow] of this.#pauses) {
      clearTimeout(timer);
      enqueueNow();
    }
  }

  #enqueueIn(pauseMs: number, entry: RecordEntry): void {
    const enqueueNow = (): void => {
      this.#pauses.delete(timer);
      this.enqueue(entry);
    };
    const timer = setTimeout(enqueueNow, pauseMs * (0.75 + Math.random() / 2));
    this.#pauses.set(timer, enqueueNow);
  }
}
