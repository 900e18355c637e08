import { WebhooksError } from './webhooks-error.js';

/**
 * The request read the resource and wrote it several times, and each time another one had changed it in between. The request
 * changed nothing; trying again may succeed.
 */
export class ConcurrentChangeError extends WebhooksError {
  /** @param resource e.g. `HTTP transport` */
  constructor(resource: string) {
    super(
      'CONCURRENT_CHANGE',
      `The ${resource} was changed by other requests at the same time, so this request changed nothing: try again.`,
    );
  }
}

/** Other connections held a lock for longer than the module waits (SQLite's write lock: 30 s, a lock of PostgreSQL: 2 s). Nothing was written. */
export class DatabaseBusyError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('DATABASE_BUSY', message, options);
  }
}

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
        ? 'The database cannot be reached. Emit again with the same eventUid when it is reachable: an event that was already stored is not stored twice.'
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

/** The role of the connection lacks a privilege on the webhook tables. Thrown at start-up, or on emit; then nothing was written. */
export class PermissionDeniedError extends WebhooksError {
  /**
   * @param cause the driver's error; it names the table or schema
   * @param when the step in which the error occurred
   */
  constructor(cause: unknown, when: 'start' | 'emit') {
    super(
      'PERMISSION_DENIED',
      when === 'emit'
        ? `The database role is not allowed to write the event (${textOf(cause)}). Grant the role of your connection USAGE on the schema of the ` +
            'webhook tables, SELECT and INSERT on webhook_event and INSERT on webhook_outbox: see "Privileges" in docs/databases.md.'
        : `The database role is not allowed to use the webhook tables (${textOf(cause)}). Grant it the privileges listed under "Privileges" in docs/databases.md; ` +
            'with runMigrations: true it also has to own the tables.',
      { cause },
    );
  }
}

/** A stored secret cannot be decrypted: its key is missing from `encryption.keys`, or the row was altered. */
export class SecretUnreadableError extends WebhooksError {
  /** Id of the key if this process does not have it. Undefined: no key is missing, the stored text is damaged. */
  readonly missingKeyId: string | undefined;

  constructor(
    place: { tenantUid: string; row: string; field: string },
    keyId: string | undefined,
    { isKeyMissing = false }: { isKeyMissing?: boolean } = {},
  ) {
    super(
      'SECRET_UNREADABLE',
      `The stored ${place.field} of HTTP transport "${place.row}" (tenant "${place.tenantUid}") cannot be decrypted` +
        (keyId === undefined ? '' : ` with key "${keyId}"`) +
        '. Add the key that encrypted it to encryption.keys, or set the secret again.',
    );
    this.missingKeyId = isKeyMissing ? keyId : undefined;
  }
}

/**
 * Tables of the module are missing while the application runs: `dropSchema`, `synchronize(true)` or `schema:drop` has
 * dropped them, or the connection cannot see them. Nothing was written. On PostgreSQL the current transaction can only be
 * rolled back.
 */
export class TablesMissingError extends WebhooksError {
  /** @param cause the driver's error; it names the table */
  constructor(cause: unknown) {
    super('TABLES_MISSING', `Webhook tables missing (${textOf(cause)}). ${TABLES_MISSING_REMEDY}`, { cause });
  }
}

/** How to restore the tables. */
export const TABLES_MISSING_REMEDY =
  'Run `await runWebhookMigrations(dataSource)`, or restart with the option runMigrations: true. Running processes then continue without a restart.';
