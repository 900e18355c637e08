import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import type { WebhookNotification } from '../../domain/notification.js';

/** Maximum number of notifications that wait behind the batch that is being handled. Further ones are dropped. */
const MOST_WAITING = 10_000;
/** How long notifications are handled before the queue yields to the event loop, in ms. */
const SLICE_MS = 10;
/** How long the next notification waits for a promise of the consumer, in ms. */
const LONGEST_WAIT_MS = 30_000;
const WARN_EVERY_MS = 60_000;

/** Handles a notification. */
export type NotificationConsumer = (notification: WebhookNotification) => unknown;

/**
 * Passes notifications to one consumer, one at a time and in order, after the code that published them has returned. The
 * consumer belongs to the host, so its errors are only logged. If it is slower than deliveries, notifications are dropped
 * instead of filling the memory.
 */
export class NotificationQueue {
  #waiting: WebhookNotification[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;
  #dropped = 0;
  #warnedAt = -Infinity;

  /** @param warn writes a line to the log */
  constructor(
    private readonly consume: NotificationConsumer,
    private readonly warn: (message: string) => void,
  ) {}

  add(notification: WebhookNotification): void {
    if (this.#isClosed) return;
    if (this.#waiting.length >= MOST_WAITING) return this.#drop();
    this.#waiting.push(notification);
    this.#running ??= nextTurn().then(() => this.#run());
  }

  /** Resolves when every added notification has been handled. */
  async drained(): Promise<void> {
    await this.#running;
  }

  /** Stops calling the consumer. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    let sliceEnd = performance.now() + SLICE_MS;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const notification of batch) {
        if (this.#isClosed) return;
        await this.#handle(notification);
        if (performance.now() < sliceEnd) continue;
        await nextTurn();
        sliceEnd = performance.now() + SLICE_MS;
      }
    }
    this.#running = undefined;
  }

  async #handle(notification: WebhookNotification): Promise<void> {
    try {
      const result = this.consume(notification);
      if (!types.isPromise(result)) return;
      await this.#withinLimit(result.catch((error: unknown) => this.failed(error)));
    } catch (error) {
      this.failed(error);
    }
  }

  async #withinLimit(result: Promise<unknown>): Promise<void> {
    const limit = new AbortController();
    // This wait must not keep the process alive.
    const timeIsUp = sleep(LONGEST_WAIT_MS, true, { ref: false, signal: limit.signal }).catch(() => false);
    const isLate = await Promise.race([result.then(() => false), timeIsUp]);
    limit.abort();
    if (isLate)
      this.#warn(
        `A listener of notifications has not finished after ${LONGEST_WAIT_MS / 1_000} s: the next notification does not wait for it`,
      );
  }

  /** Handles the error of a consumer that has thrown or rejected. */
  failed(error: unknown): void {
    this.#warn(
      `A listener of notifications failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  #drop(): void {
    this.#dropped++;
    this.#warn(
      `Listeners are slower than deliveries: ${this.#dropped} notifications have been dropped so far`,
    );
  }

  #warn(message: string): void {
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.warn(message);
  }
}
