import { WebhooksError } from './webhooks-error.js';

/** A signing secret is malformed. The message never carries the secret. */
export class InvalidSigningSecretError extends WebhooksError {
  constructor() {
    super(
      'INVALID_SIGNING_SECRET',
      'A signing secret is "whsec_" followed by the base64 of 24 to 64 random bytes.',
    );
  }
}
