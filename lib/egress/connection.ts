import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import type { DialObserver, DialPhase, GuardedDialler } from './guarded-dialler.js';
import type { CheckedUrl } from './url-policy.js';

/** Time after which an idle connection is closed, in ms. Node's own servers, and many others, close one after five seconds. */
const KEEP_ALIVE_MS = 4_000;
/** Age, in ms, from which a connection gets no new request, so that a receiver that moves to another address is followed. */
const MAX_AGE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * One socket to one origin that carries one request at a time. It is an undici `Client` (a pool of one), because that shows
 * which request a socket belongs to, and whether the socket has served earlier requests. So a deadline destroys the right
 * socket, also while it is connecting.
 */
export class Connection implements DialObserver {
  /** Group of the present request (the tenant's uid). Its limit applies to the look-up of the name. */
  lookupGroup = '';
  /** The phase of the present socket. */
  phase: DialPhase = 'resolving';
  /** Number of complete responses on the present socket. */
  served = 0;
  readonly #client: Client;
  #socket: Socket | undefined;
  #dialledAt = 0;
  #destroyed = false;

  /** @param onClosed called when the socket of this connection has closed, whether or not it was still needed */
  constructor(
    readonly url: CheckedUrl,
    dialler: GuardedDialler,
    onClosed: (connection: Connection) => void,
  ) {
    this.#client = new Client(url.origin, {
      connect: (options, callback) => dialler.dial(url, this, options, callback),
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The attempt's deadline covers both. The time-outs of undici measure idle time, so a slow receiver can reset them at will.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#client.on('disconnect', () => onClosed(this));
  }

  /** Bytes that the present socket has received. */
  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Whether it is young enough for another request. */
  get isFreshEnough(): boolean {
    return !this.#destroyed && performance.now() - this.#dialledAt < MAX_AGE_MS;
  }

  get abandoned(): boolean {
    return this.#destroyed;
  }

  send(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  onPhase(phase: DialPhase): void {
    this.phase = phase;
  }

  onSocket(socket: Socket): void {
    this.#socket = socket;
    this.#dialledAt = performance.now();
    this.served = 0;
  }

  /** Destroys the socket at once, in any phase. Resolves when it is closed. */
  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#socket?.destroy();
    await this.#client.destroy();
  }
}
