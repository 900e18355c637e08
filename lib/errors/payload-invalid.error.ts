import { WebhooksError } from './webhooks-error.js';

/** The payload cannot be converted to JSON without changes. Nothing was written. */
export class PayloadInvalidError extends WebhooksError {
  /**
   * @param path position in the payload, e.g. `order.lines.0.price`; empty for the payload itself
   * @param problem the kind of the value there, and what to pass instead; never the value, which may be confidential
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
