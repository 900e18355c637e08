import { WebhooksError } from './webhooks-error.js';

/** The tenant has reached its quota of resources of this kind. Nothing was written. */
export class QuotaExceededError extends WebhooksError {
  /**
   * @param resource e.g. `http transport`
   * @param limit the option that sets the limit
   * @param value the value of that option
   */
  constructor(resource: string, limit: string, value: number) {
    super(
      'QUOTA_EXCEEDED',
      `This tenant can have no more ${resource}s: ${limit} is ${value}. Delete one, or ask the operator for more.`,
    );
  }
}
