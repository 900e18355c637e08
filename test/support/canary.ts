import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Listens where nobody may connect, and counts who does. */
export class Canary {
  /** Connections that should never have been. */
  seen = 0;
  readonly #server = createServer((socket) => {
    this.seen += 1;
    socket.on('error', () => undefined).destroy();
  });

  /** @param port 0 for any; give the receiver's, and a mere change of address leads here */
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
