import { WebhooksError } from './webhooks-error.js';

/** An event was emitted without a transaction although the option `requireTransaction` is on. Nothing was written. */
export class TransactionRequiredError extends WebhooksError {
  constructor() {
    super(
      'TRANSACTION_REQUIRED',
      'Neither "manager" nor "transaction" was passed to emit, and the option requireTransaction is true. Pass the open ' +
        'transaction, or set requireTransaction: false to allow events that commit on their own.',
    );
  }
}
