import { WebhooksError } from './webhooks-error.js';

/**
 * The module's connections go through a pooler that may serve each transaction by another session (PgBouncer with
 * `pool_mode = transaction`, for instance). Session settings and locks of the module would affect sessions of other
 * clients. Thrown at start-up, before anything is changed.
 */
export class TransactionPoolingError extends WebhooksError {
  constructor() {
    super(
      'TRANSACTION_POOLING',
      'The module reaches PostgreSQL through a transaction pooler: two statements of one connection ran in different server ' +
        'sessions, or two connections in the same one. Give the module a direct address with the option database: { url } ' +
        '(your data source, if you have one, stays as it is), or use session pooling. For runWebhookMigrations and other functions ' +
        'for deploy steps, pass a data source with a direct address, or the address itself.',
    );
  }
}
