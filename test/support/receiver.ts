import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventually } from './eventually.js';

/** One request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value, … exactly as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Milliseconds since the epoch, when the last byte had arrived. */
  readonly receivedAt: number;
}

/** How the receiver responds: with a status, never (`hang`), or by breaking the connection (`reset`). */
export type ResponsePlan =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer; delayMs?: number }
  | 'hang'
  | 'reset';

type Responder = ResponsePlan | ((request: ReceivedRequest) => ResponsePlan);

const OK: ResponsePlan = { status: 204 };

/** A real webhook receiver on a loopback port: records every request and responds as configured, by default with 204. */
export class Receiver {
  /** Everything that arrived, in order, including requests that got no response. */
  readonly requests: ReceivedRequest[] = [];
  /** The greatest number of requests that waited for a response at the same time. */
  mostAtOnce = 0;
  #inFlight = 0;
  #usual: Responder = OK;
  #next: Responder[] = [];
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return receiver;
  }

  /** Number of requests that wait for a response and whose sender has not given up. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Sets the response to every request from now on. */
  respond(responder: Responder): void {
    this.#usual = responder;
  }

  /** Sets the responses to the next requests, one each. After those, the usual response applies again. */
  respondNext(...responders: Responder[]): void {
    this.#next.push(...responders);
  }

  /** Deletes the recorded requests and resets the responses. */
  reset(): void {
    this.requests.length = 0;
    this.#next = [];
    this.#usual = OK;
    this.mostAtOnce = 0;
  }

  /** Waits until at least `count` requests have arrived and returns them all. */
  async waitFor(count: number, withinMs = 10_000): Promise<readonly ReceivedRequest[]> {
    const what = `${count} requests at the receiver`;
    await eventually(() => this.requests.length >= count, { what, withinMs }).catch((error: Error) => {
      error.message += `, ${this.requests.length} arrived`;
      throw error;
    });
    return this.requests;
  }

  /** Stops the server and closes all of its connections, also those that hang. */
  async close(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.close((error) => (error ? reject(error) : resolve()));
      this.#server.closeAllConnections();
    });
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#inFlight);
    response.once('close', () => (this.#inFlight -= 1));
    const received = await read(request).catch(() => undefined);
    // The sender gave up before its body was complete: there is nothing to record, and no response to send.
    if (!received) return;
    this.requests.push(received);
    const responder = this.#next.shift() ?? this.#usual;
    await send(response, typeof responder === 'function' ? responder(received) : responder);
  }
}

/** The body, parsed. */
export function jsonOf(request: ReceivedRequest): Record<string, unknown> {
  return JSON.parse(request.body.toString('utf8')) as Record<string, unknown>;
}

/** Verifies the signature with the `standardwebhooks` package, as a customer would. Throws when it is not valid. */
export function verifySignature(request: ReceivedRequest, signingSecret: string): void {
  new Webhook(signingSecret).verify(request.body, { ...request.headers });
}

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(headers),
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(chunks),
    receivedAt: Date.now(),
  };
}

async function send(response: ServerResponse, plan: ResponsePlan): Promise<void> {
  if (plan === 'hang') return;
  if (plan === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (plan.delayMs) await new Promise((resolve) => setTimeout(resolve, plan.delayMs));
  response.writeHead(plan.status, plan.headers).end(plan.body);
}
