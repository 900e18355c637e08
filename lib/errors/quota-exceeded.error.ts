import { WebhooksError } from './webhooks-error.js';

/** The tenant has as many resources of this kind as it may. Nothing was written. */
export class QuotaExceededError extends WebhooksError {
  /**
   * @param resource e.g. `http transport`
   * @param limit the option that sets the limit
   * @param value what it is set to
   */
  constructor(resource: string, limit: string, value: number) {
    super(
      'QUOTA_EXCEEDED',
      `This tenant can have no more ${resource}s: ${limit} is ${value}. Delete one, or ask the operator for more.`,
    );
  }
}
