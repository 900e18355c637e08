import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** An option of the module has a value it cannot work with. Thrown once, at start-up. */
export class InvalidOptionError extends WebhooksError {
  /**
   * @param option its name, e.g. `leaseMs`
   * @param received the value as it was given; never pass a secret
   * @param remedy what to set instead
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
