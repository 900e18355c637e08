import { WebhooksError } from './webhooks-error.js';

/** Others changed the resource each time between reading and writing it. Nothing was changed; trying again may do. */
export class ConcurrentChangeError extends WebhooksError {
  /** @param resource e.g. `http transport` */
  constructor(resource: string) {
    super('CONCURRENT_CHANGE', `The ${resource} is being changed by others: try again.`);
  }
}
