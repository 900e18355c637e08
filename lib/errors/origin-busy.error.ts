import { WebhooksError } from './webhooks-error.js';

/** The number of this process's requests in flight to the destination's origin has reached its limit. Nothing was sent. */
export class OriginBusyError extends WebhooksError {
  /** @param retryAfterMs when to try again, in ms from now */
  constructor(readonly retryAfterMs: number) {
    super(
      'ORIGIN_BUSY',
      'Nothing was sent: there are as many requests under way to this host as there may be.',
    );
  }
}
