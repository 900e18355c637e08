import { WebhooksError } from './webhooks-error.js';

/** Other connections held a lock for longer than the module waits (SQLite's write lock: 30 s, a lock of PostgreSQL: 2 s). Nothing was written. */
export class DatabaseBusyError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('DATABASE_BUSY', message, options);
  }
}
