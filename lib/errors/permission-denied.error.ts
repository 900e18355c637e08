import { WebhooksError } from './webhooks-error.js';

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
        ? `The database role may not write the event (${textOf(cause)}). Grant the role of your connection USAGE on the schema of the ` +
            'webhook tables, SELECT and INSERT on webhook_event and INSERT on webhook_outbox: see "Privileges" in docs/databases.md.'
        : `The database role may not use the webhook tables (${textOf(cause)}). Grant it what "Privileges" in docs/databases.md lists; ` +
            'with runMigrations: true it also has to own the tables.',
      { cause },
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
