import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

const CERTIFICATE = readFileSync('test/support/tls/receiver.cert.pem', 'utf8');
const KEY = readFileSync('test/support/tls/receiver.key.pem', 'utf8');

/** A TLS receiver on a loopback address, with a certificate for {@link TlsReceiver.hostname}. Responds with 204. */
export class TlsReceiver {
  /** The name in its certificate. */
  static readonly hostname = 'receiver.example.net';
  /** A client that trusts this certificate accepts the receiver. */
  static readonly certificate = CERTIFICATE;

  /** The names that clients asked for (SNI), one per connection; false where there was none. */
  readonly serverNames: (string | false)[] = [];
  /** Connections that resumed an earlier session. */
  resumed = 0;
  requests = 0;
  readonly #sockets = new Set<TLSSocket>();
  readonly #server = createServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => {
    this.requests += 1;
    response.statusCode = 204;
    response.end();
  });

  static async start(host = '127.0.1.1'): Promise<TlsReceiver> {
    const receiver = new TlsReceiver();
    receiver.#server.on('secureConnection', (socket) => {
      receiver.#sockets.add(socket);
      receiver.serverNames.push((socket as TLSSocket & { servername: string | false }).servername);
      if (socket.isSessionReused()) receiver.resumed += 1;
      socket.on('error', () => undefined).on('close', () => receiver.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => receiver.#server.listen(0, host, resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes every connection, in order (`end`) or abruptly (`destroy`), and goes on listening. */
  closeConnections(how: 'end' | 'destroy'): void {
    for (const socket of this.#sockets) socket[how]();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
