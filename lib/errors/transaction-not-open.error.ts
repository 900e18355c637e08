import { WebhooksError } from './webhooks-error.js';

/** A transaction was given that is not open, so that nothing could be atomic. Nothing was written. */
export class TransactionNotOpenError extends WebhooksError {
  /**
   * @param kind the library of the transaction, e.g. `Knex`
   * @param reason what is wrong; default: it has ended, or was none
   * @param options.cause the error of the library
   */
  constructor(
    kind: string,
    reason = 'it has ended, or the statement ran outside of it on a plain client or pool.',
    options?: ErrorOptions,
  ) {
    super(
      'TRANSACTION_NOT_OPEN',
      `The ${kind} transaction passed to emit is not open: ${reason} Pass the object that ${kind} gives you for an open ` +
        'transaction and await emit before you commit, or leave "transaction" out to emit on its own.',
      options,
    );
  }
}
