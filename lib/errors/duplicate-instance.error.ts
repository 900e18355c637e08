import { WebhooksError } from './webhooks-error.js';

/** Two instances of the module in one application cannot be told apart. Thrown at start-up. */
export class DuplicateInstanceError extends WebhooksError {
  /**
   * @param what both have, e.g. `no name`
   * @param remedy what to do about it
   */
  constructor(what: string, remedy: string) {
    super('DUPLICATE_INSTANCE', `WebhooksModule.forRoot is imported twice with ${what}: ${remedy}`);
  }
}
