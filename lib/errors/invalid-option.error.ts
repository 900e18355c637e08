import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** An option of the module has an invalid value. Thrown once, at start-up. */
export class InvalidOptionError extends WebhooksError {
  /**
   * @param option its name, e.g. `leaseMs`
   * @param received the value as given; never pass a secret
   * @param remedy the value to set instead
   */
  constructor(
    readonly option: string,
    received: unknown,
    remedy: string,
  ) {
    super(
      'INVALID_OPTION',
      `WebhooksModule option "${option}" is ${inspect(received, { depth: 1 })}: ${remedy}`,
    );
  }
}
