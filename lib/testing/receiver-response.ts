import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a `WebhookReceiver` responds: with a status, never (`hang`), or by breaking the connection (`reset`). */
export type ReceiverResponse =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** The time before it responds, in ms. Default 0. */
      readonly delayMs?: number;
    }
  | 'hang'
  | 'reset';

export async function send(response: ServerResponse, planned: ReceiverResponse): Promise<void> {
  if (planned === 'hang') return;
  if (planned === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (planned.delayMs) await sleep(planned.delayMs);
  response.writeHead(planned.status, { ...planned.headers }).end(planned.body);
}

/** @throws the error of the socket, if the sender gave up */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
