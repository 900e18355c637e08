import { WebhooksError } from './webhooks-error.js';

/** This process has as many requests in flight to the destination's origin as its operator allows. Nothing was sent. */
export class OriginBusyError extends WebhooksError {
  /** @param retryAfterMs when it makes sense to ask again */
  constructor(readonly retryAfterMs: number) {
    super(
      'ORIGIN_BUSY',
      'Nothing was sent: there are as many requests under way to this host as there may be.',
    );
  }
}
