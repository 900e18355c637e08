import { WebhooksError } from './webhooks-error.js';

/** The given `manager` belongs to another database than the module's. Nothing was written. */
export class ForeignManagerError extends WebhooksError {
  /**
   * @param received the database of the manager's data source, without credentials
   * @param expected the database of the module's data source, without credentials
   */
  constructor(received: string, expected: string) {
    super(
      'FOREIGN_MANAGER',
      `The manager passed to emit belongs to ${received}, but the module's events are in ${expected}. Pass a manager of ` +
        'that data source, or name the right one in the "dataSource" option.',
    );
  }
}
