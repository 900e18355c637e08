import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** `orderingKey` cannot be stored. Nothing was written. */
export class InvalidOrderingKeyError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_ORDERING_KEY',
      `orderingKey is ${inspect(received, { maxStringLength: 80 })}: pass a string of 1 to 255 characters without NUL, ` +
        'such as the uid of the order, or leave it out.',
    );
  }
}
