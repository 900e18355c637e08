import type { StoredHeader, StoredSigningSecret } from '../domain/stored-secrets.js';
import { SecretBox } from './secret-box.js';

/** The columns of a transport that contain encrypted secrets. */
export interface EncryptedSecrets {
  readonly password: string | null;
  readonly token: string | null;
  readonly headers: readonly StoredHeader[];
  readonly signingSecrets: readonly StoredSigningSecret[];
}

/** Stands for secrets in plain text. No key can have this id. */
const CLEAR = '';
const SEPARATOR = ',';

/**
 * The value of the column `encrypted_with`: the ids of the keys that the secrets of a transport are encrypted with. It is
 * written with every change of a secret, so that one index shows which keys are in use and which rows a rotation has to
 * re-encrypt.
 */
export function encryptedWith({ password, token, headers, signingSecrets }: EncryptedSecrets): string {
  const stored = [
    password,
    token,
    ...headers.map(({ value }) => value),
    ...signingSecrets.map(({ secret }) => secret),
  ].filter((secret) => secret !== null);
  const ids = new Set(stored.map((secret) => SecretBox.keyIdOf(secret) ?? CLEAR));
  return [...ids].sort().join(SEPARATOR);
}

/** The key ids in a value of the column; undefined stands for secrets in plain text. */
export const keyIdsIn = (column: string): (string | undefined)[] =>
  column.split(SEPARATOR).map((id) => (id === CLEAR ? undefined : id));
