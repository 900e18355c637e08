import { Connection } from './connection.js';
import type { GuardedDialler } from './guarded-dialler.js';
import type { CheckedUrl } from './url-policy.js';

/** Idle sockets kept over all origins; with one more, the one idle for longest is closed. */
const MAX_IDLE = 512;

/** Called when there is room again. Returns false when it no longer wants it, so that the next one is asked. */
export type Waiter = () => boolean;

interface Origin {
  /** The one used last is on top: few warm sockets instead of many that are about to close. */
  readonly idle: Connection[];
  readonly waiting: Waiter[];
  /** Connections, idle or not. */
  open: number;
}

/**
 * The keep-alive connections, by origin. An origin that has none left is forgotten, so this never holds more
 * than the idle sockets and the requests under way.
 */
export class ConnectionPool {
  readonly #origins = new Map<string, Origin>();
  /** Over all origins, the one idle for longest first. */
  readonly #idle = new Set<Connection>();
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly dialler: GuardedDialler,
    private readonly connectionsPerOrigin: number,
  ) {}

  /** Origins with a connection, idle or not. */
  get origins(): number {
    return this.#origins.size;
  }

  /**
   * An idle connection, else a new one; undefined when the origin has as many as it may and all are busy.
   *
   * @param fresh take no idle one, but a new one in its place
   */
  take(url: CheckedUrl, fresh: boolean): Connection | undefined {
    const origin = this.#originOf(url);
    const idle = origin.idle.pop();
    if (idle) {
      this.#idle.delete(idle);
      if (!fresh && idle.isFreshEnough) return idle;
      this.#forget(idle, origin);
    }
    if (origin.open >= this.connectionsPerOrigin) return undefined;
    origin.open += 1;
    return new Connection(url, this.dialler, (closed) => this.#onClosed(closed));
  }

  /** Calls `waiter` once a connection to that origin can be had. */
  wait(url: CheckedUrl, waiter: Waiter): void {
    this.#originOf(url).waiting.push(waiter);
  }

  /** Takes a connection back whose last request has its complete answer. */
  release(connection: Connection): void {
    const origin = this.#originOf(connection.url);
    origin.idle.push(connection);
    this.#idle.add(connection);
    if (this.#idle.size > MAX_IDLE) this.#closeOldest();
    wake(origin);
  }

  /** Destroys a connection whose request did not end well. */
  discard(connection: Connection): void {
    const origin = this.#originOf(connection.url);
    this.#forget(connection, origin);
    wake(origin);
    if (origin.open === 0) this.#origins.delete(connection.url.origin);
  }

  /** Closes what is idle. Resolves when every socket that was ever discarded is closed. */
  async close(): Promise<void> {
    for (const connection of this.#idle) this.#closeIdle(connection);
    await Promise.all(this.#closing);
  }

  #originOf(url: CheckedUrl): Origin {
    let origin = this.#origins.get(url.origin);
    if (!origin) {
      origin = { idle: [], waiting: [], open: 0 };
      this.#origins.set(url.origin, origin);
    }
    return origin;
  }

  #forget(connection: Connection, origin: Origin): void {
    origin.open -= 1;
    const closing = connection.destroy().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** A busy connection whose socket closes tells its request; an idle one has nobody to tell but the pool. */
  #onClosed(connection: Connection): void {
    if (this.#idle.has(connection)) this.#closeIdle(connection);
  }

  #closeOldest(): void {
    for (const oldest of this.#idle) return this.#closeIdle(oldest);
  }

  #closeIdle(connection: Connection): void {
    const { idle } = this.#originOf(connection.url);
    this.#idle.delete(connection);
    idle.splice(idle.indexOf(connection), 1);
    this.discard(connection);
  }
}

/** Room for one: the first who still wants it gets it. */
function wake({ waiting }: Origin): void {
  for (let waiter = waiting.shift(); waiter && !waiter(); waiter = waiting.shift());
}
