import { EncryptionKeyMissingError } from '../errors/encryption-key-missing.error.js';
import type { Database } from './database.js';
import { keyIdsIn } from './sealed-with.js';
import type { SecretBox } from './secret-box.js';

/**
 * Checks that every stored secret names a key of the ring: one look at an index, whatever the number of transports.
 *
 * @throws {EncryptionKeyMissingError}
 */
export async function assertKeysAtHand(database: Database, secrets: SecretBox): Promise<void> {
  const rows = await database.dataSource.query<{ sealed_with: string }[]>(
    `SELECT DISTINCT sealed_with FROM ${database.table('webhook_http_transport')}`,
  );
  const inUse = new Set(rows.flatMap(({ sealed_with }) => keyIdsIn(sealed_with)));
  const missing = [...inUse].filter((id) => id !== undefined && !secrets.hasKey(id)) as string[];
  if (missing.length > 0) throw new EncryptionKeyMissingError(missing.sort());
}
