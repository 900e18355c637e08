import { WebhooksError } from './webhooks-error.js';

/** A handler uses a parameter of a verified webhook, but no guard has verified the request. */
export class WebhookNotVerifiedError extends WebhooksError {
  /** @param parameter the decorator that was used, e.g. `@WebhookId()` */
  constructor(parameter: string) {
    super(
      'WEBHOOK_NOT_VERIFIED',
      `${parameter} is used on a handler whose request was not verified. Put @VerifiedWebhook({ scheme, secrets }) on the handler ` +
        'or its controller.',
    );
  }
}
