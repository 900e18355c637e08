import { WebhooksError } from './webhooks-error.js';

/** Other requests changed the resource between each read and write of this one. Nothing was changed; trying again may succeed. */
export class ConcurrentChangeError extends WebhooksError {
  /** @param resource e.g. `http transport` */
  constructor(resource: string) {
    super('CONCURRENT_CHANGE', `The ${resource} is being changed by others: try again.`);
  }
}
