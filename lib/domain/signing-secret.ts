import { InvalidSigningSecretError } from '../errors/admin.errors.js';
import type { RandomBytes } from './uid.js';

const PREFIX = 'whsec_';
const MIN_BYTES = 24;
const MAX_BYTES = 64;
/** The secret of the published test vectors of Standard Webhooks, which documentation and libraries print. */
const PUBLISHED = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** Length of the output of SHA-256. A longer key does not make the signature stronger. */
const NEW_SECRET_BYTES = 32;

/** A new signing secret in the form of Standard Webhooks, as it is shown to a tenant: `whsec_…`. */
export function generateSigningSecret(randomBytes: RandomBytes): string {
  return PREFIX + Buffer.from(randomBytes(NEW_SECRET_BYTES)).toString('base64');
}

/**
 * The key bytes of a `whsec_…` secret.
 *
 * @throws {InvalidSigningSecretError} unless it is the prefix and the canonical base64 of 24 to 64 bytes
 */
export function parseSigningSecret(text: string): Buffer {
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const key = Buffer.from(base64, 'base64');
  // Node skips characters that are not base64. So the text is valid only if encoding the key returns the same text.
  if (key.length < MIN_BYTES || key.length > MAX_BYTES || key.toString('base64') !== base64) {
    throw new InvalidSigningSecretError();
  }
  return key;
}

/**
 * Checks a secret that a tenant wants to import.
 *
 * @throws {InvalidSigningSecretError} if it is malformed, or is the secret of the published test vectors, with which
 * anybody can forge a signature
 */
export function assertImportable(text: string): void {
  parseSigningSecret(text);
  if (text !== PUBLISHED) return;
  throw new InvalidSigningSecretError(
    'signingSecret is the published example of Standard Webhooks, so anybody can forge its signatures. Leave signingSecret out to have a new one generated.',
  );
}
