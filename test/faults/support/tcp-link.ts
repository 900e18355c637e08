import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A network link between a process and a server. It can stop forwarding bytes while both connections stay open. */
export class TcpLink {
  /** Both ends of each connection. */
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isSilent = false;

  readonly #server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(this.port, '127.0.0.1').pause();
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = (): void => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (bytes) => this.#pass(bytes, to));
      from.on('error', end).on('close', end);
      if (!this.#isSilent) from.resume();
    }
  });

  private constructor(
    private readonly port: number,
    private readonly delayMs: number,
    private readonly address: string,
  ) {}

  /**
   * @param delayMs how long bytes travel in each direction
   * @param address of this machine on which it listens
   */
  static async to(port: number, delayMs = 0, address = '127.0.0.1'): Promise<TcpLink> {
    const link = new TcpLink(port, delayMs, address);
    await new Promise<void>((resolve) => link.#server.listen(0, address, resolve));
    return link;
  }

  /** The same server, by way of this link. */
  through(url: string): string {
    const rerouted = new URL(url);
    rerouted.host = `${this.address}:${(this.#server.address() as AddressInfo).port}`;
    return rerouted.href;
  }

  /** From now on nothing comes through, neither on old connections nor on new ones. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** New connections work again. The old ones stay silent: they are half-open. */
  reopen(): void {
    this.#isSilent = false;
  }

  /** Ends the present connections, so that both ends notice. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (this.delayMs === 0) to.write(bytes);
    // Timers of one length run in the order in which they were set.
    else setTimeout(() => to.destroyed || to.write(bytes), this.delayMs);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
