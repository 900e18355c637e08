import { WebhooksError } from './webhooks-error.js';

const MESSAGES = {
  WEBHOOK_SIGNATURE_MISSING: 'The request is not a signed webhook of this scheme',
  WEBHOOK_SIGNATURE_INVALID: 'No signature of the request matches one of the secrets',
  WEBHOOK_TIMESTAMP_REFUSED: 'The webhook was signed too long ago, or in the future',
} as const;

/** Why a received webhook was not accepted. */
export type WebhookVerificationCode = keyof typeof MESSAGES;

/** A received webhook was not accepted; the guard responds with 401. */
export class WebhookVerificationError extends WebhooksError {
  /** @param detail which header or limit; never a secret, and never a signature that would be valid */
  constructor(
    override readonly code: WebhookVerificationCode,
    detail: string,
  ) {
    super(code, `${MESSAGES[code]}: ${detail}`);
  }
}
