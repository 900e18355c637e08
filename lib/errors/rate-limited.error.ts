import { WebhooksError } from './webhooks-error.js';

/** Too soon after what was asked for before. Nothing was done. */
export class RateLimitedError extends WebhooksError {
  /** @param retryAfterMs how long it takes until it may be asked for again */
  constructor(readonly retryAfterMs: number) {
    super('RATE_LIMITED', `Too soon: try again in ${Math.ceil(retryAfterMs / 1_000)} s.`);
  }
}
