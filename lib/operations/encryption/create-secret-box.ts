import { InvalidOptionError, unquoted } from '../../errors/start-up.errors.js';
import type { Database } from '../../persistence/ports/database.js';
import { DeferredSecretBox } from '../../secrets/deferred-secret-box.js';
import { checkKeys, type KeyProvider } from '../../secrets/encryption-keys.js';
import { SecretBox } from '../../secrets/secret-box.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { assertKeysAtHand } from './assert-keys-at-hand.js';

/**
 * Creates the secret box with the keys from the options or the host's key provider.
 *
 * @param usesSecrets false: this process usually only emits, so the keys are fetched when `HttpTransports` or
 *   `EncryptionKeyRotation` first needs them
 * @throws {InvalidOptionError} for invalid keys, for two sources of keys, and without keys in production, unless
 *   `encryption.allowPlaintext` is set
 * @throws {EncryptionKeyMissingError} if a stored secret is encrypted with a key that is not among them
 */
export function createSecretBox(
  database: Database,
  options: ResolvedWebhooksOptions,
  usesSecrets: boolean,
  keyProvider?: KeyProvider,
): Promise<SecretBox> {
  const fetch = (): Promise<SecretBox> => createNow(database, options, keyProvider);
  return usesSecrets ? fetch() : Promise.resolve(new DeferredSecretBox(fetch));
}

async function createNow(
  database: Database,
  { encryption }: ResolvedWebhooksOptions,
  keyProvider: KeyProvider | undefined,
): Promise<SecretBox> {
  if (keyProvider && encryption.keys.length > 0) {
    throw new InvalidOptionError(
      'keyProvider',
      unquoted('given together with encryption.keys'),
      'keep one of the two. A provider has to return all keys.',
    );
  }
  const isProduction = process.env['NODE_ENV'] === 'production';
  const provider = keyProvider ?? { keys: () => encryption.keys };
  const secrets = await createCheckedSecretBox(
    database,
    provider,
    !isProduction || encryption.allowPlaintext,
  );
  if (isProduction && secrets.currentKeyId === undefined) {
    new WebhooksLogger().warn('Secrets of transports are stored in plain text (encryption.allowPlaintext).');
  }
  return secrets;
}

/**
 * Fetches the keys and checks that they suffice.
 *
 * @param mayStoreInClear whether the application may run without keys
 * @throws {InvalidOptionError} for an invalid key, and if there is no key although one is required
 * @throws {EncryptionKeyMissingError} if stored secrets are encrypted with a key that is not among them
 */
export async function createCheckedSecretBox(
  database: Database,
  provider: KeyProvider,
  mayStoreInClear: boolean,
): Promise<SecretBox> {
  const keys = checkKeys(await provider.keys());
  const secrets = new SecretBox(keys);
  await assertKeysAtHand(database, secrets);
  if (keys.length === 0 && !mayStoreInClear) {
    throw new InvalidOptionError(
      'encryption.keys',
      undefined,
      'with NODE_ENV=production, secrets must be encrypted: set [{ id, key: 32 random bytes }] or a keyProvider. ' +
        'If the database encrypts its files, you can set encryption: { allowPlaintext: true } instead.',
    );
  }
  return secrets;
}
