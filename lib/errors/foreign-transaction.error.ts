import { WebhooksError } from './webhooks-error.js';

/** The given transaction belongs to another database than the module's. Nothing was written. */
export class ForeignTransactionError extends WebhooksError {
  /**
   * @param kind the library of the transaction, e.g. `Knex`
   * @param received the database of the transaction, without credentials
   * @param expected the database of the module, without credentials
   */
  constructor(kind: string, received: string, expected: string, options?: ErrorOptions) {
    super(
      'FOREIGN_TRANSACTION',
      `The ${kind} transaction passed to emit belongs to the database ${received}, but the module's events are in ${expected}. ` +
        'Pass a transaction on the same database as the data source of WebhooksModule.',
      options,
    );
  }
}
