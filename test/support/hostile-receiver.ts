import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Handles a request whose head and body have arrived; `nth` counts the requests on that socket from 1. */
export type Behaviour = (socket: Socket, nth: number, connection: number) => void;

/** A receiver made of a bare socket, so that it can break every rule of HTTP. */
export class HostileReceiver {
  /** The head of every request that arrived, one string per connection and request. */
  readonly requests: string[] = [];
  /** Connections that were accepted. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  #greeting = '';

  private constructor(
    private readonly server: Server,
    private readonly host: string,
    private behaviour: Behaviour,
  ) {}

  /**
   * @param behaviour handles each request. Default: no request gets a response
   * @param host the loopback address to listen on
   * @param port 0: any free port
   */
  static async start(
    behaviour: Behaviour = () => undefined,
    { host = '127.0.1.1', port = 0 } = {},
  ): Promise<HostileReceiver> {
    const receiver: HostileReceiver = new HostileReceiver(
      createServer((socket) => receiver.#onConnection(socket)),
      host,
      behaviour,
    );
    await new Promise<void>((resolve, reject) => {
      receiver.server.once('error', reject).listen(port, host, resolve);
    });
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.host}:${this.port}/hook`;
  }

  /** Sockets that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Number of bytes that were written to connections that have closed since. */
  bytesSent = 0;

  /** Sends this text on every further connection at once, without waiting for a request. */
  greet(text: string): void {
    this.#greeting = text;
  }

  /** Sets the behaviour for all further requests. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  /** Closes every connection, and goes on listening. Resolves when they are gone. */
  async closeConnections(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #onConnection(socket: Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.#sockets.add(socket);
    if (this.#greeting !== '') socket.write(this.#greeting);
    let pending = '';
    let nth = 0;
    socket
      .on('data', (chunk) => {
        pending += chunk.toString('latin1');
        for (let end = endOfRequest(pending); end !== undefined; end = endOfRequest(pending)) {
          this.requests.push(pending.slice(0, pending.indexOf('\r\n\r\n')));
          pending = pending.slice(end);
          nth += 1;
          this.behaviour(socket, nth, connection);
        }
      })
      .on('error', () => undefined)
      .on('close', () => {
        this.bytesSent += socket.bytesWritten;
        this.#sockets.delete(socket);
      });
  }
}

/** A complete, ordinary response that keeps the connection open. */
export const httpResponse = (status = 200, body = 'ok', headers = ''): string =>
  `HTTP/1.1 ${status} Whatever\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Behaviours a receiver may have, by name. */
export const hostile = {
  silence: (): Behaviour => () => undefined,

  /** Writes `start`, then one more piece every `everyMs`, for ever. */
  drip:
    (start: string, piece: string, everyMs = 50): Behaviour =>
    (socket) => {
      socket.write(start);
      const timer = setInterval(() => socket.write(piece), everyMs);
      socket.on('close', () => clearInterval(timer));
    },

  /** Writes as much as the network takes, up to `bytes`. */
  flood:
    (start: string, bytes: number): Behaviour =>
    (socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      let left = bytes;
      const more = (): void => {
        while (left > 0 && socket.writable) {
          left -= chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
      };
      socket.write(start);
      more();
    },

  /** 64 MiB of zeros as 64 KiB of gzip. */
  gzipBomb: (): Behaviour => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    return (socket) => void socket.write(Buffer.concat([Buffer.from(head), bomb]));
  },

  /** Writes `start`, and resets the connection a little later. */
  reset:
    (start = ''): Behaviour =>
    (socket) => {
      if (start !== '') socket.write(start);
      setTimeout(() => socket.resetAndDestroy(), 30);
    },

  say:
    (text: string): Behaviour =>
    (socket) => {
      socket.write(text);
    },
} as const;

/** Where the first complete request ends; undefined while it has not arrived whole. */
function endOfRequest(received: string): number | undefined {
  const head = received.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const length = /^content-length: *(\d+)/im.exec(received.slice(0, head))?.[1];
  const end = head + 4 + Number(length ?? 0);
  return received.length >= end ? end : undefined;
}
