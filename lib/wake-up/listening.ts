import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { loopTimeout } from '../timing/process-hold.js';
import type { Carrier, Notification, Subscription } from '../persistence/ports/carrier.js';

/** Interval at which a process notifies itself, in ms. */
const PROVE_EVERY_MS = 3_000;
/** How long that notification may take to arrive, in ms. */
const PROVE_WITHIN_MS = 1_000;
/**
 * Pause before another connection is opened, in ms, from the second failure in a row on. It doubles with each further failure,
 * until a connection is proven. After the first failure, another connection is opened at once.
 */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface ListeningOptions {
  readonly channels: readonly string[];
  /** This process's own channel. */
  readonly own: string;
  readonly onNotification: (notification: Notification) => void;
  /** A connection is open, and it is time for this process to notify itself. */
  readonly onOpen: () => void;
  /** `isProven` has changed. */
  readonly onChange: () => void;
  /** A connection is open, but a notification of this process to itself did not arrive on it in time. */
  readonly onDeaf: () => void;
}

/**
 * Keeps a listening connection open, and proves that notifications arrive on it. A connection may be half open, or lead to a
 * pooler that accepts LISTEN and delivers nothing. So the process notifies itself every 3 s. If that notification does not
 * arrive within a second, the process opens another connection.
 */
export class Listening {
  #subscription: Subscription | undefined;
  #isProven = false;
  #provenAt = -Infinity;
  /** Whether a notification of this process to itself is under way. */
  #isAwaited = false;
  #limit: NodeJS.Timeout | undefined;
  #pauseMs = 0;
  #reconnect: NodeJS.Timeout | undefined;
  #connecting: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly carrier: Carrier,
    private readonly options: ListeningOptions,
  ) {}

  /** Whether notifications of this process to itself arrive on the present connection. */
  get isProven(): boolean {
    return this.#isProven;
  }

  start(): void {
    this.#connectIn(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#reconnect);
    await Promise.all([this.#drop(), this.#connecting]);
  }

  /** @returns whether it is time for this process to notify itself; then call `proofSent` or `proofFailed` */
  beginProof(): boolean {
    const isDue = performance.now() - this.#provenAt >= PROVE_EVERY_MS;
    if (!this.#subscription || this.#isAwaited || !isDue) return false;
    this.#isAwaited = true;
    return true;
  }

  /** The notification was sent. It may have arrived already. */
  proofSent(): void {
    if (!this.#isAwaited) return;
    this.#limit = setTimeout(() => void this.#judge(), PROVE_WITHIN_MS);
  }

  /** The notification could not be sent, which proves nothing. */
  proofFailed(): void {
    this.#isAwaited = false;
    this.#provenAt = -Infinity;
  }

  async #judge(): Promise<void> {
    // After the process was suspended, timers fire before its connections are read. So wait for one turn of the event loop.
    await turnOfTheLoop();
    if (!this.#isAwaited || this.#isClosed) return;
    this.options.onDeaf();
    this.#lost();
  }

  #heard(notification: Notification): void {
    if (notification.channel !== this.options.own) return this.options.onNotification(notification);
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    clearTimeout(this.#limit);
    this.#provenAt = performance.now();
    this.#pauseMs = 0;
    this.#setProven(true);
  }

  #lost(): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(Math.max(2 * pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    void this.#drop();
    this.#setProven(false);
    this.#connectIn(pauseMs);
  }

  #connectIn(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#reconnect);
    this.#reconnect = loopTimeout(() => {
      this.#connecting = this.#connect();
    }, ms);
  }

  async #connect(): Promise<void> {
    try {
      this.#subscription = await this.carrier.listen({
        channels: [...this.options.channels, this.options.own],
        onNotification: (notification) => this.#heard(notification),
        onEnd: () => this.#lost(),
      });
      this.#provenAt = -Infinity;
      if (this.#isClosed) await this.#drop();
      else this.options.onOpen();
    } catch {
      // If the database is unavailable, other parts of the worker report it. If Redis is unavailable, this process polls.
      this.#lost();
    }
  }

  async #drop(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#isAwaited = false;
    clearTimeout(this.#limit);
    await subscription?.close();
  }

  #setProven(isProven: boolean): void {
    if (this.#isProven === isProven) return;
    this.#isProven = isProven;
    this.options.onChange();
  }
}
