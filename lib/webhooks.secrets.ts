import { InvalidOptionError } from './errors/start-up.errors.js';
import { WebhooksLogger } from './operations/webhooks-logger.js';
import type { Database } from './persistence/ports/database.js';
import type { KeyProvider } from './secrets/encryption-keys.js';
import { DeferredSecretBox } from './secrets/deferred-secret-box.js';
import { openSecretBox } from './operations/encryption/open-secret-box.js';
import type { SecretBox } from './secrets/secret-box.js';
import type { ResolvedWebhooksOptions } from './webhooks.options.js';

/**
 * The keys for secrets at rest, from the options or the host's key provider.
 *
 * @param opensSecrets false: this process usually only emits, so the keys are fetched when `HttpTransports` first needs
 *   them
 * @throws {InvalidOptionError} for invalid keys, for two sources of keys, and if there are no keys in production
 * @throws {EncryptionKeyMissingError} if a stored secret is encrypted with a key that is not among them
 */
export function openSecrets(
  database: Database,
  options: ResolvedWebhooksOptions,
  opensSecrets: boolean,
  keyProvider?: KeyProvider,
): Promise<SecretBox> {
  const fetch = (): Promise<SecretBox> => open(database, options, keyProvider);
  return opensSecrets ? fetch() : Promise.resolve(new DeferredSecretBox(fetch));
}

async function open(
  database: Database,
  { encryption }: ResolvedWebhooksOptions,
  keyProvider: KeyProvider | undefined,
): Promise<SecretBox> {
  if (keyProvider && encryption.keys.length > 0) {
    throw new InvalidOptionError(
      'keyProvider',
      'given',
      'encryption.keys is given too: keep one, and let the provider answer with all keys.',
    );
  }
  const isProduction = process.env['NODE_ENV'] === 'production';
  const provider = keyProvider ?? { keys: () => encryption.keys };
  const secrets = await openSecretBox(database, provider, !isProduction || encryption.allowPlaintext);
  if (isProduction && secrets.currentKeyId === undefined) {
    new WebhooksLogger().warn('Secrets of transports are stored in clear (encryption.allowPlaintext).');
  }
  return secrets;
}
