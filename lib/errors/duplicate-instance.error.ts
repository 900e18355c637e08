import { WebhooksError } from './webhooks-error.js';

/** Two instances of the module in one application cannot be distinguished. Thrown at start-up. */
export class DuplicateInstanceError extends WebhooksError {
  /**
   * @param what the property that both share, e.g. `no name`
   * @param remedy how to correct it
   */
  constructor(what: string, remedy: string) {
    super('DUPLICATE_INSTANCE', `WebhooksModule.forRoot is imported twice with ${what}: ${remedy}`);
  }
}
