import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../../errors/start-up.errors.js';
import type { GivenAddress } from '../../persistence/connection/database-address.js';
import type { EncryptionKey } from '../../secrets/encryption-keys.js';
import { createCheckedSecretBox } from './create-secret-box.js';
import { reencryptTransports, type RotationOptions, type RotationResult } from './reencrypt-transports.js';
import { assertSchemaIsCurrent } from '../../persistence/migrations/schema.js';
import { withDatabase } from '../../persistence/connection/with-database.js';

/**
 * Re-encrypts every stored secret with the first of `keys`, for a deploy step or a script. To replace an encryption key:
 *
 * 1. Deploy every process with the new key *after* the old one: all processes can decrypt with it, none uses it yet.
 * 2. Deploy every process with the new key *first*: new secrets are encrypted with it from now on.
 * 3. Run this function with the same keys, until only the transports in `unreadable` are left.
 * 4. Deploy without the old key. A process with a worker or the admin API refuses to start while a stored secret still needs it.
 *
 * The same steps encrypt secrets that are stored in plain text: add keys first, then run this function. Deliveries continue
 * meanwhile. You can interrupt this function and run it again.
 *
 * @param dataSource the data source, or in an application without TypeORM the address: `{ url, schema }`
 * @throws {InvalidOptionError} without keys, and for a key or an actor that is not valid
 * @throws {EncryptionKeyMissingError} if a stored secret is encrypted with a key that is not among them
 * @throws {SchemaBehindError} if migrations have to run first
 */
export async function rotateEncryptionKeys(
  dataSource: DataSource | GivenAddress,
  { keys, ...options }: RotationOptions & { readonly keys: readonly EncryptionKey[] },
): Promise<RotationResult> {
  if (keys.length === 0)
    throw new InvalidOptionError('keys', [], 'give the new key first, then the other keys.');
  return withDatabase(dataSource, async (database) => {
    await assertSchemaIsCurrent(database);
    const secrets = await createCheckedSecretBox(database, { keys: () => keys }, false);
    return reencryptTransports(database, secrets, options);
  });
}
