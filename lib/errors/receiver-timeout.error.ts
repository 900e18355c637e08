import { WebhooksError } from './webhooks-error.js';

/** Fewer requests arrived at a `WebhookReceiver` than a test waited for. */
export class ReceiverTimeoutError extends WebhooksError {
  constructor(url: string, expected: number, arrived: number, withinMs: number) {
    super(
      'RECEIVER_TIMEOUT',
      `${arrived} of ${expected} requests arrived at ${url} within ${withinMs} ms. Check that a webhook for the action exists, that the ` +
        'transport has this URL, and that "egress" allows it (allowHttp, allowCidrs).',
    );
  }
}
