import type { RecordEntry } from '../../lib/delivery/recording/record-entry.js';
import { Recorder } from '../../lib/delivery/recording/recorder.js';
import { delivered } from './attempt-records.js';
import { KeepingRecordStore } from './keeping-record-store.js';
import { queued } from './lanes.js';

/** Number of waiting entries from which the recorder writes a group without waiting for more. */
export const FULL_GROUP = 60;

/** A recorder with a store in memory. It also keeps the deliveries whose entries were reported as written or as set aside. */
export class RecorderScene {
  static readonly #all: RecorderScene[] = [];
  readonly store = new KeepingRecordStore();
  readonly errors: unknown[] = [];
  readonly written: number[] = [];
  readonly aside: number[] = [];
  readonly recorder = new Recorder(
    this.store,
    FULL_GROUP,
    () => 5_000,
    (error) => this.errors.push(error),
  );

  constructor() {
    RecorderScene.#all.push(this);
  }

  /** Stops every recorder, so that a failed test leaves none behind that tries again for ever. */
  static async stopAll(): Promise<void> {
    await Promise.all(RecorderScene.#all.splice(0).map(({ recorder }) => recorder.stop(0)));
  }

  add(deliveryId: number, entry: Partial<RecordEntry> = {}): void {
    this.recorder.add({
      deliveryId,
      attempt: delivered(queued(deliveryId)),
      setAside: () => this.aside.push(deliveryId),
      requestedMeanwhile: () => undefined,
      written: () => this.written.push(deliveryId),
      ...entry,
    });
  }

  addAll(deliveryIds: readonly number[]): void {
    for (const deliveryId of deliveryIds) this.add(deliveryId);
  }
}

/** 1 to `count`. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Waits for one turn of the event loop, so that writes that need no delay begin. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
