import { WebhooksError } from './webhooks-error.js';

/** The request came too soon after earlier ones. Nothing was done. */
export class RateLimitedError extends WebhooksError {
  /** @param retryAfterMs time until the next request is allowed, in ms */
  constructor(readonly retryAfterMs: number) {
    super('RATE_LIMITED', `Too soon: try again in ${Math.ceil(retryAfterMs / 1_000)} s.`);
  }
}
