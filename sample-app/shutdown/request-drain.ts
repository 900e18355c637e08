import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** How long a stopping process waits for its last responses. Orchestrators kill after 30 s by default. */
const GIVE_UP_AFTER_MS = 10_000;

/**
 * Lets requests in flight end before the server closes its connections.
 *
 * `forceCloseConnections` destroys all connections, also those that wait for a response. Without it, a client that connects and
 * sends nothing keeps the process from ending: Node closes only connections that have completed a request.
 */
@Injectable()
export class RequestDrain implements BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Response>();
  #notifyIdle = (): void => undefined;

  /** Aborted when the app begins to shut down. A request that waits for something other than its own work stops waiting then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Middleware that counts requests in flight. Install it before every route. */
  readonly track = (_request: Request, response: Response, next: NextFunction): void => {
    this.#inFlight.add(response);
    response.once('close', () => {
      this.#inFlight.delete(response);
      if (this.#inFlight.size === 0) this.#notifyIdle();
    });
    next();
  };

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    if (this.#inFlight.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#notifyIdle = resolve;
      setTimeout(resolve, GIVE_UP_AFTER_MS).unref();
    });
  }
}
