import { setImmediate as turn } from 'node:timers/promises';
import { ACTOR_RULE, isActor } from '../../domain/audit.js';
import { InvalidOptionError } from '../../errors/start-up.errors.js';
import type { Database, Statement, StatementResult } from '../../persistence/ports/database.js';
import { auditedTransportUpdate } from '../../persistence/sql/audit-sql.js';
import { reencrypt, type StoredSecrets } from '../../secrets/reencrypt.js';
import type { SecretBox } from '../../secrets/secret-box.js';
import { statement } from '../../persistence/sql/statement.js';

/** Number of transports that are read, and written in one transaction, at a time. */
const BATCH = 100;

/** Progress of a rotation. */
export interface RotationProgress {
  /** Transports that this rotation has re-encrypted with the first key so far. */
  readonly reencrypted: number;
  /** Transports with a secret that was not encrypted with the first key when the rotation began. */
  readonly total: number;
}

export interface RotationResult extends RotationProgress {
  /** Transports with a damaged secret, which cannot be decrypted. The tenant has to set the secret again. */
  readonly unreadable: readonly { readonly tenantUid: string; readonly httpTransportUid: string }[];
}

export interface RotationOptions {
  /** Who rotates the key, for the audit: 1 to 255 characters. Default: unknown. */
  readonly actor?: string;
  /** Called after each batch. */
  readonly onProgress?: (progress: RotationProgress) => void;
  /** Aborting this signal ends the rotation after the current batch. Run the rotation again to continue. */
  readonly signal?: AbortSignal;
}

/**
 * Re-encrypts every secret that is not encrypted with the first key of the ring, in batches of bounded size. It may be
 * interrupted, run again, and run in several processes at once. A row that somebody else changes meanwhile is skipped and
 * read again.
 *
 * @throws {InvalidOptionError} for an actor that is not valid
 */
export async function reencryptTransports(
  database: Database,
  secrets: SecretBox,
  { onProgress, signal, actor }: RotationOptions = {},
): Promise<RotationResult> {
  if (actor !== undefined && !isActor(actor))
    throw new InvalidOptionError('actor', actor, `give ${ACTOR_RULE}.`);
  const stale = new StaleTransports(database, secrets.currentKeyId ?? '', actor ?? null);
  const total = await stale.count();
  const unreadable = new Map<number, StoredSecrets>();
  let reencrypted = 0;
  for (let isComplete = false; !isComplete;) {
    isComplete = true;
    for await (const batch of stale.batches()) {
      if (signal?.aborted) return { reencrypted, total, unreadable: [...unreadable.values()].map(uidsOf) };
      const updates = batch.flatMap((transport) => {
        const changed = reencrypt(transport, secrets);
        if (!changed) unreadable.set(transport.id, transport);
        return changed ? [stale.update(changed, transport.encrypted_with)] : [];
      });
      const results = updates.length === 0 ? [] : await database.write(updates.flat());
      const written = changedBy(updates, results);
      reencrypted += written;
      isComplete &&= written === updates.length;
      onProgress?.({ reencrypted, total });
      // On SQLite, nothing in this loop has yielded to the event loop yet.
      await turn();
    }
  }
  return { reencrypted, total, unreadable: [...unreadable.values()].map(uidsOf) };
}

/** Number of transports that were changed. The last statement of each update adds its entry to the audit. */
function changedBy(updates: readonly Statement[][], results: readonly StatementResult[]): number {
  const each = updates[0]?.length ?? 1;
  return results.filter(({ affected }, index) => (index + 1) % each === 0 && affected > 0).length;
}

type StaleTransport = StoredSecrets & { readonly encrypted_with: string };

/** The transports with secrets that are not encrypted with the current key. */
class StaleTransports {
  readonly #table: string;

  constructor(
    private readonly database: Database,
    private readonly keyId: string,
    private readonly actor: string | null,
  ) {
    this.#table = database.table('webhook_http_transport');
  }

  async count(): Promise<number> {
    const [row] = await this.#query<{ total: number | string }>(
      `SELECT count(*) AS total FROM ${this.#table} WHERE encrypted_with <> ?`,
      [this.keyId],
    );
    return Number(row!.total);
  }

  async *batches(): AsyncGenerator<StaleTransport[]> {
    for (let after = 0; ;) {
      const batch = await this.#query<StaleTransport>(
        `SELECT id, tenant_uid, http_transport_uid, password, token, headers, signing_secrets, encrypted_with, version
           FROM ${this.#table} WHERE encrypted_with <> ? AND id > ? ORDER BY id LIMIT ${BATCH}`,
        [this.keyId, after],
      );
      if (batch.length > 0) yield batch;
      if (batch.length < BATCH) return;
      after = batch.at(-1)!.id;
    }
  }

  /**
   * Raises the version, so that a concurrent update based on the old row starts over. The date of the last modification is
   * not changed.
   *
   * @param encryptedWithBefore ids of the keys before
   */
  update(row: StaleTransport, encryptedWithBefore: string): Statement[] {
    const changes = [{ field: 'encryptedWith', from: encryptedWithBefore, to: row.encrypted_with }];
    return auditedTransportUpdate(
      this.database,
      {
        sql: `UPDATE ${this.#table}
          SET password = ?, token = ?, headers = ?, signing_secrets = ?, encrypted_with = ?, version = version + 1
        WHERE id = ? AND version = ?`,
        parameters: [
          row.password,
          row.token,
          row.headers,
          row.signing_secrets,
          row.encrypted_with,
          row.id,
          row.version,
        ],
      },
      row.id,
      { kind: 'KEY_ROTATED', actor: this.actor, changes },
    );
  }

  #query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    return this.database.dataSource.query<Row[]>(text, [...parameters]);
  }
}

const uidsOf = (row: StoredSecrets) => ({
  tenantUid: row.tenant_uid,
  httpTransportUid: row.http_transport_uid,
});
