import { WebhooksError } from './webhooks-error.js';

/** Stored secrets are encrypted with keys that are missing from the key ring. Thrown at start-up and before a rotation. */
export class EncryptionKeyMissingError extends WebhooksError {
  /** @param missing the ids of the keys that stored secrets name */
  constructor(readonly missing: readonly string[]) {
    super(
      'ENCRYPTION_KEY_MISSING',
      `Stored secrets are sealed with keys that encryption.keys does not have: ${missing.map((id) => `"${id}"`).join(', ')}. ` +
        'Add them after the first key; they can go when rotateEncryptionKeys() has sealed everything with the first.',
    );
  }
}
