import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Larger bodies get 413: an event has at most 256 KiB. */
const MAX_BODY_BYTES = 1_048_576;

/** A request as the local receiver passes it on. */
export interface LocalRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The response of the local receiver. */
export interface LocalResponse {
  readonly status: number;
  readonly body?: string;
}

/** An HTTP server on the loopback interface that passes each request to a function. */
export class LocalReceiver {
  private constructor(private readonly server: Server) {}

  /**
   * @param port 0: any free port
   * @param respond returns the response; if it throws, the response is 500
   * @throws the error of Node if the port is in use
   */
  static async start(
    port: number,
    respond: (request: LocalRequest) => Promise<LocalResponse>,
  ): Promise<LocalReceiver> {
    const server = createServer((request, response) => void handle(request, response, respond));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return new LocalReceiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  respond: (request: LocalRequest) => Promise<LocalResponse>,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
      if ((size += (chunk as Buffer).length) > MAX_BODY_BYTES) return void response.writeHead(413).end();
    }
    const { method = 'GET', url = '/', headers } = request;
    const { status, body } = await respond({ method, path: url, headers, body: Buffer.concat(chunks) });
    response.writeHead(status).end(body);
  } catch {
    // The sender has closed the connection, or the response failed; the sender retries.
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}
