import { WebhooksError } from './webhooks-error.js';

/** The body that would be sent is too large. Nothing was written. */
export class PayloadTooLargeError extends WebhooksError {
  /** @param limitBytes maximum size of a body, in bytes of UTF-8 */
  constructor(readonly limitBytes: number) {
    super(
      'PAYLOAD_TOO_LARGE',
      `The event's body would be over ${limitBytes} bytes. Send references, and let the receiver fetch the rest.`,
    );
  }
}
