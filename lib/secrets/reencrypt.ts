import { SecretUnreadableError } from '../errors/database.errors.js';
import type { StoredHeader, StoredSigningSecret } from '../domain/stored-secrets.js';
import { encryptedWith } from './encrypted-with.js';
import type { SecretBox } from './secret-box.js';
import { headerField, transportSecret, type TransportSecretField } from './transport-secrets.js';

/** The secrets of a transport as stored in its row. */
export interface StoredSecrets {
  readonly id: number;
  readonly tenant_uid: string;
  readonly http_transport_uid: string;
  readonly password: string | null;
  readonly token: string | null;
  /** JSON of `StoredHeader[]`. */
  readonly headers: string;
  /** JSON of `StoredSigningSecret[]`. */
  readonly signing_secrets: string;
  readonly version: number;
}

/**
 * The row with its secrets encrypted with the first key of the ring.
 *
 * @returns undefined: a secret cannot be decrypted, or the JSON of a column is invalid
 */
export function reencrypt<Row extends StoredSecrets>(
  row: Row,
  secrets: SecretBox,
): (Row & { encrypted_with: string }) | undefined {
  const place = { tenantUid: row.tenant_uid, httpTransportUid: row.http_transport_uid };
  const reencryptField = (stored: string, field: TransportSecretField): string =>
    secrets.reencrypt(stored, transportSecret(place, field));
  try {
    const password = row.password && reencryptField(row.password, 'password');
    const token = row.token && reencryptField(row.token, 'token');
    const headers = (JSON.parse(row.headers) as StoredHeader[]).map((header) => ({
      ...header,
      value: reencryptField(header.value, headerField(header.key)),
    }));
    const signingSecrets = (JSON.parse(row.signing_secrets) as StoredSigningSecret[]).map((signing) => ({
      ...signing,
      secret: reencryptField(signing.secret, 'signing_secret'),
    }));
    return {
      ...row,
      password,
      token,
      headers: JSON.stringify(headers),
      signing_secrets: JSON.stringify(signingSecrets),
      encrypted_with: encryptedWith({ password, token, headers, signingSecrets }),
    };
  } catch (error) {
    if (error instanceof SecretUnreadableError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
