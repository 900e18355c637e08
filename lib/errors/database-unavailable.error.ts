import { WebhooksError } from './webhooks-error.js';

/**
 * The database could not be reached, or went away in the middle of it; then nobody knows whether the event was stored. Emit
 * again with the same `eventUid` when it is back: what has been stored already is not stored twice.
 */
export class DatabaseUnavailableError extends WebhooksError {
  constructor(cause: unknown) {
    super(
      'DATABASE_UNAVAILABLE',
      'The database cannot be reached. Emit again when it is back, with the same eventUid in case the event was stored all the same.',
      { cause },
    );
  }
}
