import { WebhooksError } from './webhooks-error.js';

/** An option of `@VerifiedWebhook`, or a secret that was given to it, is invalid. */
export class InvalidReceiverOptionError extends WebhooksError {
  /**
   * @param option its name, e.g. `toleranceSeconds`
   * @param problem what is wrong and what to set instead; never a secret
   */
  constructor(
    readonly option: string,
    problem: string,
  ) {
    super('INVALID_RECEIVER_OPTION', `Option "${option}" of the webhook receiver ${problem}`);
  }
}
