import { WebhooksError } from './webhooks-error.js';

/** `WebhookInbox.once` was called with a manager that is in no open transaction. Nothing was written. */
export class InboxNotInTransactionError extends WebhooksError {
  constructor() {
    super(
      'INBOX_NOT_IN_TRANSACTION',
      'The manager passed to WebhookInbox is in no open transaction, so a failed handler could not undo the entry of the inbox. ' +
        'Pass the one that dataSource.transaction() hands to its callback.',
    );
  }
}

/** The table of the inbox does not exist. */
export class InboxTableMissingError extends WebhooksError {
  /** @param table its name, with the schema if it has one */
  constructor(table: string, cause: unknown) {
    super(
      'INBOX_TABLE_MISSING',
      `Table ${table} does not exist. Add CreateWebhookInbox to the "migrations" of your data source and run them, or ` +
        'WebhookInboxEntity to its "entities" if you use "synchronize".',
      { cause },
    );
  }
}

/** A source or id cannot be stored in the inbox. Nothing was written. */
export class InvalidInboxEntryError extends WebhooksError {
  /** @param member `source` or `id` */
  constructor(member: string, problem: string) {
    super('INVALID_INBOX_ENTRY', `"${member}" of a webhook ${problem}`);
  }
}
