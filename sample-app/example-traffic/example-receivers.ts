import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { reactionOf } from './receiver-behaviour.js';

const HOST = '127.0.0.1';

/**
 * The systems behind the example's HTTP transports: a real server on the loopback interface, with one path for each. They do
 * not check signatures; `npm run demo` shows that.
 */
@Injectable()
export class ExampleReceivers implements OnApplicationShutdown {
  readonly #server: Server = createServer((request, response) => void this.#respond(request, response));

  /**
   * Listens on the port of an earlier start, to which the transports lead, or on another one if that is in use.
   *
   * @param port 0: the system chooses one
   * @returns the port
   */
  async listen(port: number): Promise<number> {
    try {
      this.#server.listen(port, HOST);
      await once(this.#server, 'listening');
    } catch (error) {
      if (port === 0) throw error;
      return this.listen(0);
    }
    return (this.#server.address() as AddressInfo).port;
  }

  /** URL of a receiver. @param receiver the uid of its transport, or `inbox` */
  urlOf(receiver: string): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}/${receiver}`;
  }

  /** By then the module has ended its requests. */
  onApplicationShutdown(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const reaction = reactionOf({
      receiver: request.url?.slice(1) ?? '',
      eventUid: String(request.headers['webhook-id'] ?? ''),
      ago: 0,
      random: Math.random,
    });
    if (reaction === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { durationMs, statusCode = 504, body } = reaction;
    await sleep(durationMs, undefined, { ref: false });
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(body);
  }
}
