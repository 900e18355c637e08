import { WebhooksError } from './webhooks-error.js';

/** The database could not be reached, or went away. Nothing was emitted; try again when it is back. */
export class DatabaseUnavailableError extends WebhooksError {
  constructor(cause: unknown) {
    super('DATABASE_UNAVAILABLE', 'The database cannot be reached, so nothing was emitted. Try again.', {
      cause,
    });
  }
}
