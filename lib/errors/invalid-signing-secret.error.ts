import { WebhooksError } from './webhooks-error.js';

/** A signing secret is malformed, or published. The message never carries the secret. */
export class InvalidSigningSecretError extends WebhooksError {
  /** @param message what is wrong with it and what to do. Default: the form that a secret has. */
  constructor(message = 'A signing secret is "whsec_" followed by the base64 of 24 to 64 random bytes.') {
    super('INVALID_SIGNING_SECRET', message);
  }
}
