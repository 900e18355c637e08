import { WebhooksError } from './webhooks-error.js';

/** The given `manager` is in no transaction, so the emit would not be atomic. Nothing was written. */
export class ManagerNotInTransactionError extends WebhooksError {
  constructor() {
    super(
      'MANAGER_NOT_IN_TRANSACTION',
      'The manager passed to emit is in no open transaction. Pass the one that dataSource.transaction() hands to its ' +
        'callback (or queryRunner.manager after startTransaction()), or leave "manager" out to emit on its own.',
    );
  }
}
