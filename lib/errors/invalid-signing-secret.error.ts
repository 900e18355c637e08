import { WebhooksError } from './webhooks-error.js';

/** A signing secret is malformed or publicly known. The message never contains the secret. */
export class InvalidSigningSecretError extends WebhooksError {
  /** @param message what is wrong with the secret and what to do. Default: the format of a secret. */
  constructor(message = 'A signing secret is "whsec_" followed by the base64 of 24 to 64 random bytes.') {
    super('INVALID_SIGNING_SECRET', message);
  }
}
