import type { Dispatcher } from 'undici';
import { EgressError, type EgressErrorCode } from '../errors/egress.errors.js';
import type { Connection } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';
import { egressErrorOf } from './egress-failure.js';
import type { EgressRequest, EgressResponse } from './egress-request.js';
import { MAX_BODY_KEPT, keepBody, keepHeaders } from './kept-response.js';
import type { Placed } from './under-way.js';

/**
 * Maximum number of bytes read of a body. If a short body is read to its end, the connection can be reused. Reading a
 * longer body is not worth that.
 */
const MAX_BODY_READ = 64 * 1024;
/** Maximum number of interim responses (1xx). They are not used, and a receiver could send them forever. */
const MAX_INTERIM = 8;
const NO_SECRETS: readonly string[] = [];

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/**
 * One attempt: acquires a connection, writes the request, keeps a part of the response, and releases the connection to the
 * pool or destroys it. One deadline covers all of it.
 *
 * The status code decides the outcome: if the body is too long, too slow or cut off, the connection is destroyed, but the
 * response counts. Without a status code the attempt fails. There is one exception: the receiver may have closed a reused
 * connection in the meantime. If the connection had served earlier requests and no byte came back, the request is sent once
 * more, on a new connection.
 */
export class Exchange implements Dispatcher.DispatchHandler, Placed {
  place = -1;
  readonly #deadline: NodeJS.Timeout;
  /** On the clock of performance.now(). */
  readonly #expiresAt: number;
  #connection: Connection | undefined;
  /** Bytes that the socket had received before this request was written; undefined until then. */
  #bytesBefore: number | undefined;
  #isSecondTry = false;
  #settled = false;
  #interim = 0;
  #statusCode = 0;
  #headers: Record<string, string> = {};
  #bodyRead = 0;
  readonly #body: Buffer[] = [];

  constructor(
    private readonly pool: ConnectionPool,
    private readonly request: EgressRequest,
    private readonly onEnd: (exchange: Exchange) => void,
    private readonly onResult: (result: EgressResponse | EgressError) => void,
  ) {
    this.#expiresAt = performance.now() + request.timeoutMs;
    this.#deadline = setTimeout(giveUp, request.timeoutMs, this);
  }

  /** Scheme, host and port of the request. */
  get origin(): string {
    return this.request.url.origin;
  }

  /** The signal that may abort the attempt. */
  get signal(): AbortSignal | undefined {
    return this.request.signal;
  }

  start(): void {
    const connection = this.pool.acquire(this.request.url, this.#isSecondTry);
    if (!connection) return this.pool.wait(this.request.url, () => this.#startLater());
    this.#connection = connection;
    connection.lookupGroup = this.request.lookupGroup ?? '';
    const { method, headers, body, url } = this.request;
    connection.send({ path: url.path, method, headers, body }, this);
  }

  /** Ends the attempt: with the response if there is a status code already, otherwise as a failure. */
  end(code: EgressErrorCode): void {
    this.#conclude(new EgressError(code));
  }

  /** Called just before the request is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#bytesBefore = this.#connection?.bytesRead;
    // Check the deadline: after a pause of the process, new connections are reported before timers fire.
    if (performance.now() < this.#expiresAt) return;
    this.end('TIMEOUT');
    controller.abort(new EgressError('TIMEOUT'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: Headers): void {
    if (statusCode >= 200) {
      this.#statusCode = statusCode;
      this.#headers = keepHeaders(headers, this.request.secrets ?? NO_SECRETS);
    } else if (++this.#interim > MAX_INTERIM) {
      this.end('PROTOCOL_ERROR');
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#bodyRead < MAX_BODY_KEPT) this.#body.push(chunk);
    this.#bodyRead += chunk.length;
    if (this.#bodyRead > MAX_BODY_READ) this.#conclude(undefined);
  }

  onResponseEnd(): void {
    if (this.#settled || !this.#connection) return;
    this.#connection.served += 1;
    this.pool.release(this.#connection);
    this.#settle(this.#response());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settled) return;
    const connection = this.#connection;
    if (connection && this.#statusCode === 0 && !this.#isSecondTry && this.#metStaleSocket(connection)) {
      this.#isSecondTry = true;
      this.pool.discard(connection);
      this.start();
    } else {
      this.#conclude(egressErrorOf(error, connection?.phase ?? 'resolving'));
    }
  }

  #startLater(): boolean {
    if (this.#settled) return false;
    this.start();
    return true;
  }

  #metStaleSocket(connection: Connection): boolean {
    const silent = this.#bytesBefore === undefined || connection.bytesRead === this.#bytesBefore;
    return connection.served > 0 && silent;
  }

  /** The connection is in an unknown state: destroy it, and settle with the response if there is one. */
  #conclude(failure: EgressError | undefined): void {
    if (this.#settled) return;
    this.#settle(this.#statusCode === 0 && failure ? failure : this.#response());
    if (this.#connection) this.pool.discard(this.#connection);
  }

  #response(): EgressResponse {
    return {
      statusCode: this.#statusCode,
      headers: this.#headers,
      body: keepBody(this.#body, this.request.secrets ?? NO_SECRETS),
    };
  }

  #settle(result: EgressResponse | EgressError): void {
    this.#settled = true;
    clearTimeout(this.#deadline);
    this.onEnd(this);
    this.onResult(result);
  }
}

const giveUp = (exchange: Exchange): void => exchange.end('TIMEOUT');
