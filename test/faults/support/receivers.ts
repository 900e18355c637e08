import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that has arrived, and its response. Instants are this process's `Date.now()`. */
export interface Arrival {
  /** Number of the receiver at which it arrived, from 0. */
  readonly receiver: number;
  readonly eventUid: string;
  readonly deliveryUid: string;
  readonly attempt: number;
  /** The process that sent it. */
  readonly sender: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  /** Status of the response; undefined: none yet, or the sender had gone. */
  status: number | undefined;
  /** When the response was sent, or the connection ended without one. */
  endedAt: number | undefined;
}

/** The response of a receiver, after `afterMs`; `never`: it never responds. */
export type ReceiverResponse =
  { status: number; afterMs?: number; headers?: Record<string, string> } | 'never';

type Responder = (arrival: Arrival) => ReceiverResponse;

/** Receivers, each on a port of its own, with one log of all requests that arrived. */
export class Receivers {
  /** Everything that has arrived, in this order. */
  readonly arrivals: Arrival[] = [];
  readonly #servers: Server[] = [];
  readonly #open: number[] = [];
  readonly #mostAtOnce: number[] = [];

  private constructor(
    public respond: Responder,
    private readonly address: string,
  ) {}

  /** @param address of this machine on which they listen */
  static async start(
    count: number,
    respond: Responder = () => ({ status: 204 }),
    address = '127.0.0.1',
  ): Promise<Receivers> {
    const receivers = new Receivers(respond, address);
    await Promise.all(Array.from({ length: count }, (_, index) => receivers.#listen(index)));
    return receivers;
  }

  get count(): number {
    return this.#servers.length;
  }

  urlOf(receiver: number): string {
    return `http://${this.address}:${(this.#servers[receiver]!.address() as AddressInfo).port}/`;
  }

  /** The greatest number of requests that waited for a response of one receiver at the same time. */
  mostAtOnce(receiver: number): number {
    return this.#mostAtOnce[receiver] ?? 0;
  }

  /** Number of requests to which one receiver has not responded and whose senders wait. */
  openAt(receiver: number): number {
    return this.#open[receiver] ?? 0;
  }

  /** The number of `openAt`, for all receivers from `first` on together. */
  openFrom(first: number): number {
    return this.#open.slice(first).reduce((sum, open) => sum + (open ?? 0), 0);
  }

  /** Requests with a successful response, by receiver and event: `0/event-uid`. */
  delivered(): Map<string, Arrival[]> {
    const delivered = new Map<string, Arrival[]>();
    for (const arrival of this.arrivals) {
      if (arrival.status === undefined || arrival.status >= 300) continue;
      const key = keyOf(arrival);
      const others = delivered.get(key);
      if (others) others.push(arrival);
      else delivered.set(key, [arrival]);
    }
    return delivered;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map(
        (server) =>
          new Promise((resolve) => {
            server.close(resolve);
            server.closeAllConnections();
          }),
      ),
    );
  }

  async #listen(index: number): Promise<void> {
    const server = createServer((request, response) => void this.#receive(index, request, response));
    // Longer than senders keep idle connections: a request may arrive on a connection that the receiver is about to close.
    server.keepAliveTimeout = 60_000;
    this.#servers[index] = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, this.address, resolve);
    });
  }

  async #receive(receiver: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined);
    // The sender was killed while it sent the request.
    if (body === undefined) return;
    const headers = request.headers as Record<string, string>;
    const arrival: Arrival = {
      receiver,
      eventUid: headers['webhook-id']!,
      deliveryUid: headers['x-webhook-delivery']!,
      attempt: Number(headers['x-webhook-attempt']),
      sender: headers['user-agent']!,
      headers,
      body,
      at: Date.now(),
      status: undefined,
      endedAt: undefined,
    };
    this.arrivals.push(arrival);
    this.#open[receiver] = this.openAt(receiver) + 1;
    this.#mostAtOnce[receiver] = Math.max(this.mostAtOnce(receiver), this.openAt(receiver));
    response.once('close', () => this.#end(arrival));
    const planned = this.respond(arrival);
    if (planned === 'never') return;
    if (planned.afterMs) await new Promise((resolve) => setTimeout(resolve, planned.afterMs));
    if (response.destroyed) return;
    arrival.status = planned.status;
    // Count the end before the sender gets the response, because its next request may arrive before `close` is emitted.
    this.#end(arrival);
    response.writeHead(planned.status, planned.headers).end();
  }

  #end(arrival: Arrival): void {
    if (arrival.endedAt !== undefined) return;
    arrival.endedAt = Date.now();
    this.#open[arrival.receiver]! -= 1;
  }
}

export const keyOf = ({ receiver, eventUid }: Arrival): string => `${receiver}/${eventUid}`;
