/**
 * A receiver, such as a web shop or an accounting system, in a process of its own. It has only the signing secret of the
 * POS. It accepts a request only if `standardwebhooks`, an independent package, has verified the signature.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { FromReceiver, ToReceiver } from './receiver-messages.js';

let webhook: Webhook | undefined;
let failuresLeft = 0;

const report = (message: FromReceiver): void => {
  process.send?.(message);
};

const server = createServer((request, response) => {
  void receive(request).then((statusCode) => response.writeHead(statusCode).end());
});

async function receive(request: IncomingMessage): Promise<number> {
  const body = await text(request);
  const header = (name: string): string => String(request.headers[name] ?? '');
  const verified = isGenuine(body, request);
  const statusCode = statusFor(verified);
  const [id, action, attempt] = [
    header('webhook-id'),
    header('x-webhook-action'),
    Number(header('x-webhook-attempt')),
  ];
  report({ kind: 'received', request: { id, action, attempt, body, verified, statusCode } });
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

function statusFor(verified: boolean): number {
  if (!verified) return 401;
  if (failuresLeft === 0) return 200;
  failuresLeft -= 1;
  return 500;
}

process.on('message', (message: ToReceiver) => {
  if (message.kind === 'secret') webhook = new Webhook(message.secret);
  else failuresLeft = message.requests;
});
// The demo has ended, for any reason.
process.on('disconnect', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  report({ kind: 'listening', url: `http://127.0.0.1:${port}/hooks` });
});
