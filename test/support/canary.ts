import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Listens at an address to which nobody may connect, and counts the connections. */
export class Canary {
  /** Number of connections. A test expects 0. */
  seen = 0;
  readonly #server = createServer((socket) => {
    this.seen += 1;
    socket.on('error', () => undefined).destroy();
  });

  /** @param port 0: any free port. With the port of a receiver, a request that only changes its address arrives here */
  static async listen(host: string, port = 0): Promise<Canary> {
    const canary = new Canary();
    await new Promise<void>((resolve, reject) => {
      canary.#server.once('error', reject).listen(port, host, resolve);
    });
    return canary;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
