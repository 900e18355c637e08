import { isUint8Array } from 'node:util/types';
import { InvalidOptionError } from '../errors/start-up.errors.js';

/** One encryption key: `id` is stored beside each secret that the key encrypted; `key` has 32 bytes. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * Provides the keys for secrets at rest, for hosts that keep them in a KMS or a vault: decrypt the data keys there and
 * return them. The module calls it once, at start-up; if it fails, the application does not start. A process with neither
 * worker nor admin API calls it when a secret is first needed.
 */
export interface KeyProvider {
  /** The first key encrypts, all decrypt. */
  keys(): Promise<readonly EncryptionKey[]> | readonly EncryptionKey[];
}

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * A key whose bytes do not appear when the object is printed, serialized or copied: they are private and read through the
 * prototype. The bytes are a copy, so the host may overwrite its own.
 */
class ConcealedKey implements EncryptionKey {
  readonly #key: Uint8Array;

  constructor(
    readonly id: string,
    key: Uint8Array,
  ) {
    this.#key = Uint8Array.from(key);
  }

  get key(): Uint8Array {
    return this.#key;
  }
}

/**
 * Checks the keys of a ring.
 *
 * @returns the same keys in a form that does not show their bytes
 * @throws {InvalidOptionError} naming the key by its id, never its bytes
 */
export function checkKeys(keys: readonly EncryptionKey[]): readonly EncryptionKey[] {
  if (!Array.isArray(keys)) {
    throw new InvalidOptionError('encryption.keys', typeof keys, 'give a list of { id, key }.');
  }
  const ids = new Set<string>();
  return (keys as readonly EncryptionKey[]).map((entry) => {
    const { id, key } = entry ?? {};
    if (typeof id !== 'string' || !KEY_ID.test(id)) {
      // The value is not shown: it may be the key itself, passed in the wrong member.
      const received = typeof id === 'string' ? `a string of ${id.length} characters` : typeof id;
      throw new InvalidOptionError(
        'encryption.keys[].id',
        received,
        'use 1 to 32 letters, digits, "_" or "-".',
      );
    }
    if (ids.has(id))
      throw new InvalidOptionError('encryption.keys[].id', id, 'each key needs an id of its own.');
    if (!isUint8Array(key) || key.length !== KEY_BYTES) {
      const received = isUint8Array(key) ? `${key.length} bytes` : typeof key;
      throw new InvalidOptionError(
        `encryption.keys (${id})`,
        received,
        `use ${KEY_BYTES} random bytes (Uint8Array); from a base64 string: Buffer.from(string, 'base64').`,
      );
    }
    ids.add(id);
    return new ConcealedKey(id, key);
  });
}
