import { WebhooksError } from './webhooks-error.js';

/**
 * The database could not be reached, or the connection was lost during a statement. In the second case it is unknown
 * whether the event was stored. Emit again with the same `eventUid` when the database is reachable: an event that is
 * already stored is not stored twice.
 *
 * At start-up: the database of the option `database.url` could not be opened.
 */
export class DatabaseUnavailableError extends WebhooksError {
  /**
   * @param cause the driver's error
   * @param opening the database that could not be opened at start-up, without credentials; undefined: the error occurred on
   *   emit
   */
  constructor(cause: unknown, opening?: string) {
    super(
      'DATABASE_UNAVAILABLE',
      opening === undefined
        ? 'The database cannot be reached. Emit again when it is back, with the same eventUid in case the event was stored all the same.'
        : `The database ${opening} cannot be opened (${textOf(cause)}). Check that it runs, and that the address, the login and the name ` +
            'of the database in the option "database.url" are right.',
      { cause },
    );
  }
}

/** If a name has several addresses, the error is an `AggregateError`, which has a code and no message. */
function textOf(error: unknown): string {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  return String(message || code || error);
}
