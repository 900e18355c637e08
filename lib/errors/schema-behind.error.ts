import { WebhooksError } from './webhooks-error.js';

/** The module's tables are missing or older than this version of the code, or their state cannot be determined. Thrown at start-up. */
export class SchemaBehindError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('SCHEMA_BEHIND', message, options);
  }
}
