import { WebhooksError } from './webhooks-error.js';

/** The payload would not survive the way to JSON unharmed. Nothing was written. */
export class PayloadInvalidError extends WebhooksError {
  /**
   * @param path where in the payload, e.g. `order.lines.0.price`; empty for the payload itself
   * @param problem what is there and what to pass instead; never the value, which may be anybody's data
   */
  constructor(
    readonly path: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      'PAYLOAD_INVALID',
      `${path === '' ? 'The payload' : `"${path}" of the payload`} ${problem}`,
      options,
    );
  }
}
