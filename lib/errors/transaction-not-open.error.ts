import { WebhooksError } from './webhooks-error.js';

/** The given transaction is not open, so the emit would not be atomic. Nothing was written. */
export class TransactionNotOpenError extends WebhooksError {
  /**
   * @param kind the library of the transaction, e.g. `Knex`
   * @param reason what is wrong; default: the transaction has ended, or the value is not a transaction
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
