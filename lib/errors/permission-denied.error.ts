import { WebhooksError } from './webhooks-error.js';

/** The role of the connection lacks a privilege on the webhook tables. Nothing was written. */
export class PermissionDeniedError extends WebhooksError {
  /** @param cause the driver's error; it names the table or schema */
  constructor(cause: unknown) {
    super(
      'PERMISSION_DENIED',
      `The database role may not write the event (${textOf(cause)}). Grant the role of your connection USAGE on the schema of the ` +
        'webhook tables, SELECT and INSERT on webhook_event and INSERT on webhook_outbox: see "Privileges" in docs/databases.md.',
      { cause },
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
