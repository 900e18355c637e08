import { WebhooksError } from './webhooks-error.js';

/** A `manager` was given that is in no transaction, so that nothing could be atomic. Nothing was written. */
export class ManagerNotInTransactionError extends WebhooksError {
  constructor() {
    super(
      'MANAGER_NOT_IN_TRANSACTION',
      'The manager passed to emit is in no open transaction. Pass the one that dataSource.transaction() hands to its ' +
        'callback (or queryRunner.manager after startTransaction()), or leave "manager" out to emit on its own.',
    );
  }
}
