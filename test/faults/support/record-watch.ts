import type { DataSource } from 'typeorm';
import { keyOf, type Arrival } from './receivers.js';
import { sleep } from './sizes.js';

const LOOK_EVERY_MS = 50;

/** Watches the log for the time at which each delivery becomes `DELIVERED`. */
export class RecordWatch {
  readonly #seenAt = new Map<string, number>();
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(private readonly dataSource: DataSource) {
    this.#running = this.#run();
  }

  /** Time from each successful response to its record, in ms. If it is not recorded yet, the time up to now. */
  latenessOf(arrivals: readonly Arrival[]): number[] {
    return arrivals
      .filter(({ status, endedAt }) => status === 204 && endedAt !== undefined)
      .map((arrival) => Math.max(0, (this.#seenAt.get(keyOf(arrival)) ?? Date.now()) - arrival.endedAt!));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const rows = await this.dataSource.query<{ http_transport_uid: string; event_uid: string }[]>(
        `SELECT t.http_transport_uid, e.event_uid FROM webhook_delivery d
         JOIN webhook_http_transport t ON t.id = d.transport_id
         JOIN webhook_event e ON e.id = d.event_id WHERE d.status = 'DELIVERED'`,
      );
      const now = Date.now();
      for (const { http_transport_uid: uid, event_uid: event } of rows) {
        const key = `${uid}/${event}`;
        if (!this.#seenAt.has(key)) this.#seenAt.set(key, now);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}
