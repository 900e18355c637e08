import { ConfigError } from './config-error.js';

const KEY_BYTES = 32;
const FORM = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/;

/** A key for stored secrets. */
export interface NamedKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * Reads `id:base64` entries; each key is 32 bytes. The first encrypts, all decrypt.
 *
 * @throws {ConfigError} naming the entry by its position, never its key.
 */
export function parseEncryptionKeys(variable: string, entries: readonly string[]): NamedKey[] {
  const keys = entries.map((entry, index) => parseKey(variable, entry, index + 1));
  const repeated = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (!repeated) return keys;
  throw new ConfigError(
    variable,
    undefined,
    `has two keys named "${repeated.id}"`,
    'Give each key its own id.',
  );
}

function parseKey(variable: string, entry: string, position: number): NamedKey {
  const [, id, base64] = FORM.exec(entry) ?? [];
  const key = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  if (id !== undefined && key?.length === KEY_BYTES) return { id, key };
  const problem = key
    ? `has ${key.length} bytes in key ${position}, not ${KEY_BYTES}`
    : `has an entry ${position} that is not id:base64`;
  throw new ConfigError(
    variable,
    undefined,
    problem,
    `Make one with: node -p "'k1:' + require('crypto').randomBytes(${KEY_BYTES}).toString('base64')"`,
  );
}
