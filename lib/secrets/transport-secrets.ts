import type { SecretPlace } from './secret-box.js';

/** The secrets of a transport. A header's field carries its name in lower case: `headers.x-api-key`. */
export type TransportSecretField = 'password' | 'token' | 'signing_secret' | `headers.${string}`;

/** The field of a header's value, whatever the spelling of its name. */
export const headerField = (key: string): TransportSecretField => `headers.${key.toLowerCase()}`;

/** The field and row of a transport's secret. Encryption and decryption must use the same. */
export const transportSecret = (
  { tenantUid, httpTransportUid }: { tenantUid: string; httpTransportUid: string },
  field: TransportSecretField,
): SecretPlace => ({ tenantUid, table: 'webhook_http_transport', row: httpTransportUid, field });
