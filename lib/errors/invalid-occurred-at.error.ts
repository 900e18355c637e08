import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** `occurredAt` is not a valid date. Nothing was written. */
export class InvalidOccurredAtError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_OCCURRED_AT',
      `occurredAt is ${inspect(received)}: pass a valid Date, or leave it out and the time of the emit counts.`,
    );
  }
}
