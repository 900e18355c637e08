import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { assertKeysAtHand } from './assert-keys-at-hand.js';
import type { Database } from '../../persistence/ports/database.js';
import { checkKeys, type KeyProvider } from '../../secrets/encryption-keys.js';
import { SecretBox } from '../../secrets/secret-box.js';

/**
 * Fetches the keys and checks that they suffice.
 *
 * @param mayStoreInClear whether the application may run without keys
 * @throws {InvalidOptionError} for an invalid key, and if there is no key although one is required
 * @throws {EncryptionKeyMissingError} if stored secrets are encrypted with a key that is not among them
 */
export async function openSecretBox(
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
