import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SecretUnreadableError } from '../errors/database.errors.js';
import type { EncryptionKey } from './encryption-keys.js';

/** The field and row of a secret. They are authenticated with the ciphertext, so that stored secrets cannot be swapped. */
export interface SecretPlace {
  tenantUid: string;
  table: 'webhook_http_transport';
  /** The row's uid within its tenant. */
  row: string;
  /** The field, e.g. `password` or `headers.x-api-key`. */
  field: string;
}

/** Injection token of the `SecretBox`. A string, so that the ESM and CommonJS builds in one process agree. */
export const SECRET_BOX = 'nestjs-tillhook:SecretBox';

const PLAIN = 'v0:';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts secrets at rest with AES-256-GCM. The first key of the ring encrypts, every key decrypts. Without keys, secrets
 * are stored in plain text and marked as such (`v0:`), so that keys can be introduced later.
 *
 * Stored form: `v1:<key id>:<base64 of iv, tag and ciphertext>`.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #current: EncryptionKey | undefined;

  constructor(keys: readonly EncryptionKey[]) {
    this.#current = keys[0];
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** Resolves when the box can be used. Await it before other calls if the keys may not have been fetched yet. */
  ready(): Promise<void> {
    return Promise.resolve();
  }

  encrypt(secret: string, place: SecretPlace): string {
    if (!this.#current) return PLAIN + secret;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#current.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(aad(place));
    const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return `v1:${this.#current.id}:${Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64')}`;
  }

  /** @throws {SecretUnreadableError} if the key is not in the ring, or the stored text was altered or copied from another place. */
  decrypt(stored: string, place: SecretPlace): string {
    if (stored.startsWith(PLAIN)) return stored.slice(PLAIN.length);
    const keyId = SecretBox.keyIdOf(stored);
    const key = keyId === undefined ? undefined : this.#keys.get(keyId);
    if (!key) throw new SecretUnreadableError(place, keyId, { isKeyMissing: true });
    const bytes = Buffer.from(stored.slice(stored.lastIndexOf(':') + 1), 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(aad(place));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return (
        decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      // The cause is omitted on purpose: it could contain bytes of the secret.
      throw new SecretUnreadableError(place, keyId);
    }
  }

  /**
   * Re-encrypts a secret with the current first key. Returns `stored` itself if it is already encrypted with that key.
   *
   * @throws {SecretUnreadableError}
   */
  reencrypt(stored: string, place: SecretPlace): string {
    if (SecretBox.keyIdOf(stored) === this.#current?.id) return stored;
    return this.encrypt(this.decrypt(stored, place), place);
  }

  /** Whether secrets encrypted with this key can be decrypted; undefined stands for secrets in plain text. */
  hasKey(id: string | undefined): boolean {
    return id === undefined || this.#keys.has(id);
  }

  /** Ids of all keys. The id of the key that encrypts comes first. */
  get keyIds(): string[] {
    return [...this.#keys.keys()];
  }

  /** The id of the key that encrypts; undefined: secrets are stored in plain text. */
  get currentKeyId(): string | undefined {
    return this.#current?.id;
  }

  /** The key id that a stored secret names; undefined for a secret in plain text. */
  static keyIdOf(stored: string): string | undefined {
    return /^v1:([^:]+):/.exec(stored)?.[1];
  }
}

const aad = ({ tenantUid, table, row, field }: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([tenantUid, table, row, field]));
