import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidReceiverOptionError, WebhookVerificationError } from '../../errors/receiver.errors.js';
import type { VerificationKey } from './signature-scheme.js';

/**
 * Maximum number of signatures that are compared. While secrets are rotated, a header may contain one signature for each
 * secret. Signatures beyond the maximum are ignored, because each comparison costs time.
 */
export const MOST_SIGNATURES = 20;
const SHA256_BYTES = 32;

/** A key that is the text of the secret itself. @throws {InvalidReceiverOptionError} if it is empty */
export function textKey(secret: string): VerificationKey {
  if (secret === '') throw new InvalidReceiverOptionError('secrets', 'contains an empty secret. Set it.');
  return { kind: 'hmac', bytes: Buffer.from(secret, 'utf8') };
}

/** Whether one of the signatures is the HMAC-SHA256 of `parts` with one of the keys. Compares in constant time. */
export function isSignedWith(
  keys: readonly VerificationKey[],
  parts: readonly (string | Buffer)[],
  signatures: readonly Buffer[],
): boolean {
  const candidates = signatures
    .slice(0, MOST_SIGNATURES)
    .filter((signature) => signature.length === SHA256_BYTES);
  return keys.some((key) => {
    if (key.kind !== 'hmac') return false;
    const hmac = createHmac('sha256', key.bytes);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    return candidates.some((signature) => timingSafeEqual(signature, expected));
  });
}

/** @param header the header that contained the signatures */
export const invalidSignature = (
  header: string,
  keys: readonly VerificationKey[],
): WebhookVerificationError =>
  new WebhookVerificationError(
    'WEBHOOK_SIGNATURE_INVALID',
    `header "${header}" was compared with ${keys.length} secret(s). Use the sender's current secret, and the body as it was sent.`,
  );
