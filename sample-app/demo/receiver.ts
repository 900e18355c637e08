/**
 * The other side: a web shop, an accounting system, whatever wants to hear about sales. It is a process of its own
 * and knows the POS only by its signing secret. It believes nothing that the `standardwebhooks` package, which the
 * authors of the POS did not write, does not verify.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { FromReceiver, ToReceiver } from './receiver-messages.js';

let webhook: Webhook | undefined;
let failuresLeft = 0;

const tell = (message: FromReceiver): void => {
  process.send?.(message);
};

const server = createServer((request, response) => {
  void receive(request).then((statusCode) => response.writeHead(statusCode).end());
});

async function receive(request: IncomingMessage): Promise<number> {
  const body = await text(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const verified = isGenuine(body, request);
  const statusCode = answerTo(verified);
  const [id, action, attempt] = [
    header('webhook-id'),
    header('x-webhook-action'),
    Number(header('x-webhook-attempt')),
  ];
  tell({ kind: 'received', request: { id, action, attempt, body, verified, statusCode } });
  return statusCode;
}

function isGenuine(body: string, { headers }: IncomingMessage): boolean {
  try {
    webhook?.verify(body, headers as Record<string, string>);
    return webhook !== undefined;
  } catch {
    return false;
  }
}

function answerTo(verified: boolean): number {
  if (!verified) return 401;
  if (failuresLeft === 0) return 200;
  failuresLeft -= 1;
  return 500;
}

process.on('message', (message: ToReceiver) => {
  if (message.kind === 'secret') webhook = new Webhook(message.secret);
  else failuresLeft = message.requests;
});
// The demo ended, however it ended.
process.on('disconnect', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  tell({ kind: 'listening', url: `http://127.0.0.1:${port}/hooks` });
});
