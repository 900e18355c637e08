import { WebhooksError } from './webhooks-error.js';

/** A `manager` was given whose data source points to another database than the module's. Nothing was written. */
export class ForeignManagerError extends WebhooksError {
  /**
   * @param received where the manager's data source points; without credentials
   * @param expected where the module's data source points; without credentials
   */
  constructor(received: string, expected: string) {
    super(
      'FOREIGN_MANAGER',
      `The manager passed to emit belongs to ${received}, but the module's events are in ${expected}. Pass a manager of ` +
        'that data source, or name the right one in the "dataSource" option.',
    );
  }
}
