import { Connection } from './connection.js';
import type { GuardedDialler } from './guarded-dialler.js';
import type { CheckedUrl } from './url-policy.js';

/** Maximum number of idle sockets over all origins. Beyond it, the socket that has been idle for longest is closed. */
const MAX_IDLE = 512;

/** Called when a connection is available. Returns false if the caller no longer needs it, so that the next waiter is called. */
export type Waiter = () => boolean;

interface Origin {
  /**
   * A stack with the connection that was used last on top. Reusing that one keeps a few sockets warm instead of many that are
   * about to close.
   */
  readonly idle: Connection[];
  readonly waiting: Waiter[];
  /** Number of connections, idle or not. */
  open: number;
}

/**
 * Keep-alive connections by origin. An origin without connections is removed, so the memory of the pool depends only on idle
 * sockets and requests in flight.
 */
export class ConnectionPool {
  readonly #origins = new Map<string, Origin>();
  /** Idle connections of all origins. The one that has been idle for longest comes first. */
  readonly #idle = new Set<Connection>();
  readonly #closing = new Set<Promise<void>>();

  constructor(
    private readonly dialler: GuardedDialler,
    private readonly connectionsPerOrigin: number,
  ) {}

  /** Number of origins with a connection, idle or not. */
  get origins(): number {
    return this.#origins.size;
  }

  /**
   * Acquires an idle connection, or a new one if none is idle.
   *
   * @param fresh whether to open a new connection in place of an idle one, which is closed
   * @returns undefined: the origin has `connectionsPerOrigin` connections, and all are busy
   */
  acquire(url: CheckedUrl, fresh: boolean): Connection | undefined {
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

  /** Calls `waiter` when a connection to that origin is available. */
  wait(url: CheckedUrl, waiter: Waiter): void {
    this.#originOf(url).waiting.push(waiter);
  }

  /** Returns a connection to the pool, once its request has received the complete response. */
  release(connection: Connection): void {
    const origin = this.#originOf(connection.url);
    origin.idle.push(connection);
    this.#idle.add(connection);
    if (this.#idle.size > MAX_IDLE) this.#closeOldest();
    wake(origin);
  }

  /** Destroys a connection that cannot be reused. */
  discard(connection: Connection): void {
    const origin = this.#originOf(connection.url);
    this.#forget(connection, origin);
    wake(origin);
    if (origin.open === 0) this.#origins.delete(connection.url.origin);
  }

  /** Closes idle connections. Resolves when these and all discarded sockets are closed. */
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

  /** Called when a socket has closed. A busy connection reports that to its request; an idle one is removed here. */
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

/** A connection is available: the first waiter that still needs it gets it. */
function wake({ waiting }: Origin): void {
  for (let waiter = waiting.shift(); waiter && !waiter(); waiter = waiting.shift());
}
