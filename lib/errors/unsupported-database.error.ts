import { WebhooksError } from './webhooks-error.js';

/** The host's data source is of a kind the module cannot deliver from. Thrown at start-up. */
export class UnsupportedDatabaseError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED_DATABASE', message, options);
  }
}
