import { WebhooksError } from './webhooks-error.js';

/** The module does not support the kind of database of the host's data source. Thrown at start-up. */
export class UnsupportedDatabaseError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED_DATABASE', message, options);
  }
}
