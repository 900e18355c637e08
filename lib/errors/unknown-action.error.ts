import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** The action is not in the module's catalog. Nothing was written. */
export class UnknownActionError extends WebhooksError {
  constructor(readonly action: unknown) {
    super(
      'UNKNOWN_ACTION',
      `${inspect(action)} is not an action of the catalog. Correct its spelling, or add it with extendCatalog() and ` +
        'pass the result as the "catalog" option.',
    );
  }
}
