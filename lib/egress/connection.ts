import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import type { DialObserver, DialPhase, GuardedDialler } from './guarded-dialler.js';
import type { CheckedUrl } from './url-policy.js';

/** Below the five seconds after which Node's own servers, and many others, close an idle connection. */
const KEEP_ALIVE_MS = 4_000;
/** A connection is not used for longer than this, so that a receiver that moves to another address is followed. */
const MAX_AGE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * One socket to one origin, carrying one request at a time. It is an undici `Client` (a pool of one), since
 * that says exactly which request a socket belongs to: which to destroy at a deadline, also while it is
 * connecting, and whether a request went out on a socket that had served before.
 */
export class Connection implements DialObserver {
  /** Whose request it carries; decides under whose cap its name is looked up. */
  lookupGroup = '';
  /** How far the present socket has come. */
  phase: DialPhase = 'resolving';
  /** Complete answers on the present socket. */
  served = 0;
  readonly #client: Client;
  #socket: Socket | undefined;
  #dialledAt = 0;
  #destroyed = false;

  /** @param onClosed called when the socket of this connection has closed, whether or not it was wanted still */
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
      // The attempt's deadline covers both; undici's are idle timers, which a slow receiver resets at will.
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

  /** Ends the socket at once, whatever it is doing. Resolves when it is closed. */
  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#socket?.destroy();
    await this.#client.destroy();
  }
}
