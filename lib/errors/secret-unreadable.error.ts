import { WebhooksError } from './webhooks-error.js';

/** A stored secret cannot be decrypted: its key is missing from `encryption.keys`, or the row was altered. */
export class SecretUnreadableError extends WebhooksError {
  /** Id of the key if this process does not have it. Undefined: the process has the key, and the ciphertext is damaged. */
  readonly missingKeyId: string | undefined;

  constructor(
    place: { tenantUid: string; row: string; field: string },
    keyId: string | undefined,
    { isKeyMissing = false }: { isKeyMissing?: boolean } = {},
  ) {
    super(
      'SECRET_UNREADABLE',
      `The stored ${place.field} of http transport "${place.row}" (tenant "${place.tenantUid}") cannot be decrypted` +
        (keyId === undefined ? '' : ` with key "${keyId}"`) +
        '. Add the key it was sealed with to encryption.keys, or set the secret again.',
    );
    this.missingKeyId = isKeyMissing ? keyId : undefined;
  }
}
