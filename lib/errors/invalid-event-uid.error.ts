import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** The `eventUid` does not follow the rules for uids. Nothing was written. */
export class InvalidEventUidError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_EVENT_UID',
      `eventUid is ${inspect(received)}: pass 1 to 64 of the characters A-Z, a-z, 0-9, "_" and "-", or leave it out and ` +
        'one is made.',
    );
  }
}
