import type { HttpTransportEntity } from './entities/http-transport.entity.js';
import { SecretBox } from './secret-box.js';

/** The columns of a transport that hold sealed secrets. */
export type SealedSecrets = Pick<HttpTransportEntity, 'password' | 'token' | 'headers' | 'signingSecrets'>;

/** Stands for secrets in clear. No key can be called so. */
const CLEAR = '';
const SEPARATOR = ',';

/**
 * Which keys the secrets of a transport are sealed with, as its column `sealed_with` has it: written with every
 * change of a secret, so that one look at an index tells which keys are in use and which rows a rotation has to visit.
 */
export function sealedWith({ password, token, headers, signingSecrets }: SealedSecrets): string {
  const stored = [
    password,
    token,
    ...headers.map(({ value }) => value),
    ...signingSecrets.map(({ secret }) => secret),
  ].filter((secret) => secret !== null);
  const ids = new Set(stored.map((secret) => SecretBox.keyIdOf(secret) ?? CLEAR));
  return [...ids].sort().join(SEPARATOR);
}

/** The key ids in a value of the column; undefined stands for secrets in clear. */
export const keyIdsIn = (column: string): (string | undefined)[] =>
  column.split(SEPARATOR).map((id) => (id === CLEAR ? undefined : id));
