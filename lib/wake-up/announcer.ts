import type { Notification } from '../persistence/ports/carrier.js';
import { payloadsOf, type Channels } from './channels.js';

/** Minimum time between two batches, in ms. Notifications within it are sent together. */
const COALESCE_MS = 5;

/**
 * Sends the notifications of this process in batches. The first notification is sent at once. Those that follow within 5 ms, or
 * while a batch is being sent, share the next batch. If a batch fails, its notifications are lost; the next work check or
 * poll finds the work.
 */
export class Announcer {
  #hasEvents = false;
  #hasSettings = false;
  readonly #lanes = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #sentAt = -Infinity;
  #isClosed = false;

  constructor(
    private readonly channels: Pick<Channels, 'events' | 'work' | 'settings'>,
    private readonly send: (notifications: readonly Notification[]) => Promise<void>,
  ) {}

  announceEvents(): void {
    this.#hasEvents = true;
    this.#schedule();
  }

  announceSettings(): void {
    this.#hasSettings = true;
    this.#schedule();
  }

  announceWork(transportIds: Iterable<number>): void {
    for (const transportId of transportIds) this.#lanes.add(transportId);
    if (this.#lanes.size > 0) this.#schedule();
  }

  /** Sends the notifications that are left. Later ones are not sent. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sending;
    if (this.#hasSome) this.#send();
    this.#isClosed = true;
    await this.#sending;
  }

  get #hasSome(): boolean {
    return this.#hasEvents || this.#hasSettings || this.#lanes.size > 0;
  }

  #schedule(): void {
    if (this.#isClosed || this.#timer || this.#sending) return;
    const waitMs = this.#sentAt + COALESCE_MS - performance.now();
    if (waitMs <= 0) return this.#send();
    this.#timer = setTimeout(() => this.#send(), waitMs);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    const { events, work, settings } = this.channels;
    const notifications = payloadsOf(this.#lanes).map((payload) => ({ channel: work, payload }));
    if (this.#hasEvents) notifications.push({ channel: events, payload: '' });
    if (this.#hasSettings) notifications.push({ channel: settings, payload: '' });
    this.#hasEvents = this.#hasSettings = false;
    this.#lanes.clear();
    this.#sending = this.send(notifications)
      .catch(() => undefined)
      .finally(() => {
        this.#sending = undefined;
        if (this.#hasSome) this.#schedule();
      });
  }
}
