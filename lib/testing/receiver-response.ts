import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a `WebhookReceiver` responds: with a status, never (`hang`), or by breaking the connection (`reset`). */
export type ReceiverResponse =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Delay of the response, in ms. Default 0. */
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

/** @throws the error of the socket if the sender closes the connection early */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
