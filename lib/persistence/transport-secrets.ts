import type { SecretPlace } from './secret-box.js';

/** The secrets of a transport. A header's field carries its name in lower case: `headers.x-api-key`. */
export type TransportSecretField = 'password' | 'token' | 'signing_secret' | `headers.${string}`;

/** The field of a header's value, whatever the spelling of its name. */
export const headerField = (key: string): TransportSecretField => `headers.${key.toLowerCase()}`;

/** Where a secret of a transport belongs: what seals it and what opens it must say the same. */
export const transportSecret = (
  { tenantUid, httpTransportUid }: { tenantUid: string; httpTransportUid: string },
  field: TransportSecretField,
): SecretPlace => ({ tenantUid, table: 'webhook_http_transport', row: httpTransportUid, field });
