import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiverTimeoutError } from '../errors/testing.errors.js';
import { WebhookVerificationError } from '../errors/receiver.errors.js';
import type { ReceivedHeaders } from '../receiver/received-request.js';
import { WebhookVerifier } from '../receiver/webhook-verifier.js';
import { bodyOf, send, type ReceiverResponse } from './receiver-response.js';

/** A request that a `WebhookReceiver` has received. */
export interface ReceivedWebhook {
  /** The event's uid (`webhook-id`). */
  readonly id: string | undefined;
  /** `x-webhook-action` */
  readonly action: string | undefined;
  /** From 1 (`x-webhook-attempt`). */
  readonly attempt: number;
  readonly headers: ReceivedHeaders;
  readonly body: Buffer;
  /** The parsed body; undefined: it is not JSON. */
  readonly json: unknown;
  /** Undefined: the receiver has no secret. */
  readonly isVerified: boolean | undefined;
  readonly receivedAt: Date;
}

/** Options of `WebhookReceiver.start`. */
export interface WebhookReceiverOptions {
  /** One or several signing secrets. Requests that are not signed with one of them get a 401. Default: signatures are not verified. */
  readonly secret?: string | readonly string[];
  /** Port to listen on. Default 0: any free port. */
  readonly port?: number;
}

const OK: ReceiverResponse = { status: 204 };

/** A real HTTP server on the loopback interface that receives webhooks in a test. It does not keep the test runner alive. */
export class WebhookReceiver {
  /** The received requests, in order. */
  readonly requests: ReceivedWebhook[] = [];
  readonly #verifier = new WebhookVerifier({ scheme: 'standard-webhooks' });
  readonly #arrivals = new Set<() => void>();
  #secrets: readonly string[] | undefined;
  #usual: ReceiverResponse = OK;
  #next: ReceiverResponse[] = [];
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  private constructor() {}

  /**
   * @throws {InvalidReceiverOptionError} if a secret is invalid
   * @throws the error of Node if the port is in use
   */
  static async start({ secret, port = 0 }: WebhookReceiverOptions = {}): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    if (secret !== undefined) receiver.verifyWith(secret);
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    receiver.#server.unref();
    return receiver;
  }

  /** The URL for the transport. It needs `egress: { allowHttp: true, allowCidrs: ['127.0.0.1/32'] }`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhooks`;
  }

  /**
   * Verifies signatures from now on. Use it after the transport was created, because its secret is not known before.
   *
   * @throws {InvalidReceiverOptionError} if a secret is invalid
   */
  verifyWith(secret: string | readonly string[]): void {
    const secrets = typeof secret === 'string' ? [secret] : [...secret];
    for (const each of secrets) this.#verifier.checkSecret(each);
    this.#secrets = secrets;
  }

  /** Sets the response to every request from now on. Default: 204. */
  respond(response: ReceiverResponse): void {
    this.#usual = response;
  }

  /** Sets the responses to the next requests, one each. After those, the response of `respond` applies again. */
  respondNext(...responses: ReceiverResponse[]): void {
    this.#next.push(...responses);
  }

  /** Deletes the recorded requests and resets the responses. The secrets are kept. */
  clear(): void {
    this.requests.length = 0;
    this.#next = [];
    this.#usual = OK;
  }

  /**
   * Waits until at least `count` requests have arrived since the start or `clear`, and returns all of them.
   *
   * @throws {ReceiverTimeoutError} after `withinMs` (default 10,000)
   */
  async waitFor(count: number, { withinMs = 10_000 } = {}): Promise<readonly ReceivedWebhook[]> {
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(limit);
        this.#arrivals.delete(look);
      };
      const look = (): void => {
        if (this.requests.length < count) return;
        end();
        resolve();
      };
      const limit = setTimeout(() => {
        end();
        reject(new ReceiverTimeoutError(this.url, count, this.requests.length, withinMs));
      }, withinMs);
      this.#arrivals.add(look);
      look();
    });
    return this.requests;
  }

  /** Stops the server and closes all of its connections. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // If the sender has closed the connection, there is nothing to record and no response to send.
    const body = await bodyOf(request).catch(() => undefined);
    if (!body) return;
    const { headers } = request;
    const isVerified = this.#secrets && this.#isSigned(headers, body, this.#secrets);
    this.requests.push({
      id: textOf(headers['webhook-id']),
      action: textOf(headers['x-webhook-action']),
      attempt: Number(headers['x-webhook-attempt'] ?? 1),
      headers,
      body,
      json: jsonOf(body),
      isVerified,
      receivedAt: new Date(),
    });
    for (const look of [...this.#arrivals]) look();
    await send(response, isVerified === false ? { status: 401 } : (this.#next.shift() ?? this.#usual));
  }

  #isSigned(headers: ReceivedHeaders, body: Buffer, secrets: readonly string[]): boolean {
    try {
      this.#verifier.verify({ headers, body }, secrets);
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : undefined;

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
