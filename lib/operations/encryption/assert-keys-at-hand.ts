import { EncryptionKeyMissingError } from '../../errors/start-up.errors.js';
import type { Database } from '../../persistence/ports/database.js';
import { keyIdsIn } from '../../secrets/encrypted-with.js';
import type { SecretBox } from '../../secrets/secret-box.js';

/**
 * Checks that the key ring has every key that stored secrets are encrypted with. One query reads the distinct key ids from
 * an index.
 *
 * @throws {EncryptionKeyMissingError}
 */
export async function assertKeysAtHand(database: Database, secrets: SecretBox): Promise<void> {
  const rows = await database.dataSource.query<{ encrypted_with: string }[]>(
    `SELECT DISTINCT encrypted_with FROM ${database.table('webhook_http_transport')}`,
  );
  const inUse = new Set(rows.flatMap(({ encrypted_with }) => keyIdsIn(encrypted_with)));
  const missing = [...inUse].filter((id) => id !== undefined && !secrets.hasKey(id)) as string[];
  if (missing.length > 0) throw new EncryptionKeyMissingError(missing.sort());
}
