import { WebhooksError } from './webhooks-error.js';

/** SQLite's write lock was held by other connections for longer than the module waits. Nothing was written. */
export class DatabaseBusyError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('DATABASE_BUSY', message, options);
  }
}
