import { createPublicKey, verify as verifyEd25519 } from 'node:crypto';
import { InvalidReceiverOptionError } from '../../errors/receiver.errors.js';
import type { ReceivedHeaders } from '../received-request.js';
import { invalidSignature, isSignedWith, MOST_SIGNATURES } from './hmac.js';
import { parseTimestamp, requiredHeader } from './signature-scheme.js';
import type { SignatureScheme, VerificationKey } from './signature-scheme.js';

const SECRET_PREFIX = 'whsec_';
const PUBLIC_KEY_PREFIX = 'whpk_';
/** The DER prefix of an Ed25519 public key (SubjectPublicKeyInfo), before its 32 bytes. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_BYTES = 32;

/**
 * Standard Webhooks 1.0: `v1` (HMAC-SHA256) with secrets `whsec_…`, `v1a` (Ed25519) with public keys `whpk_…`.
 *
 * @param prefixes of the headers' names, in order of preference
 */
const standardWebhooks = (prefixes: readonly string[]): SignatureScheme => ({
  parseSecret: parseKey,
  verify(headers, body, keys) {
    const prefix = prefixes.find((candidate) => hasHeaders(headers, candidate)) ?? prefixes[0]!;
    const id = requiredHeader(headers, `${prefix}-id`);
    const timestamp = requiredHeader(headers, `${prefix}-timestamp`);
    const signatureHeader = `${prefix}-signature`;
    const signatures = requiredHeader(headers, signatureHeader).split(' ');
    const timestampSeconds = parseTimestamp(timestamp, `${prefix}-timestamp`);
    const head = `${id}.${timestamp}.`;
    const isValid =
      isSignedWith(keys, [head, body], signaturesOf(signatures, 'v1')) ||
      isSignedWithEd25519(keys, Buffer.concat([Buffer.from(head), body]), signaturesOf(signatures, 'v1a'));
    if (!isValid) throw invalidSignature(signatureHeader, keys);
    return { id, timestampSeconds };
  },
});

/** Headers `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
export const standardWebhooksScheme = standardWebhooks(['webhook']);

/** The same with headers `svix-…`. Svix also sends `webhook-…` if a customer has chosen that. */
export const svixScheme = standardWebhooks(['svix', 'webhook']);

const hasHeaders = (headers: ReceivedHeaders, prefix: string): boolean =>
  headers[`${prefix}-signature`] !== undefined;

const signaturesOf = (signatures: readonly string[], version: string): Buffer[] =>
  signatures
    .filter((signature) => signature.startsWith(`${version},`))
    .map((signature) => Buffer.from(signature.slice(version.length + 1), 'base64'));

function isSignedWithEd25519(
  keys: readonly VerificationKey[],
  content: Buffer,
  signatures: readonly Buffer[],
): boolean {
  const candidates = signatures.slice(0, MOST_SIGNATURES);
  return keys.some(
    (key) =>
      key.kind === 'ed25519' &&
      candidates.some((signature) => verifyEd25519(null, content, key.publicKey, signature)),
  );
}

function parseKey(secret: string): VerificationKey {
  if (secret.startsWith(PUBLIC_KEY_PREFIX)) {
    const key = bytesOf(secret.slice(PUBLIC_KEY_PREFIX.length));
    if (key?.length !== ED25519_BYTES) {
      throw new InvalidReceiverOptionError(
        'secrets',
        `contains a public key that is not "${PUBLIC_KEY_PREFIX}" and the base64 of ${ED25519_BYTES} bytes.`,
      );
    }
    const spki = Buffer.concat([ED25519_SPKI, key]);
    return { kind: 'ed25519', publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
  }
  const key = bytesOf(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret);
  if (key) return { kind: 'hmac', bytes: key };
  throw new InvalidReceiverOptionError(
    'secrets',
    `contains a secret that is not base64, with or without "${SECRET_PREFIX}". Copy it from the sender as it is shown.`,
  );
}

/** Undefined: the text is empty or not base64. Padding may be omitted. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const withoutPadding = (text: string): string => text.replace(/=+$/, '');
  // Node skips characters that are not base64. The text was decoded completely only if encoding the bytes returns the same text.
  const isWhole = withoutPadding(bytes.toString('base64')) === withoutPadding(base64);
  return bytes.length > 0 && isWhole ? bytes : undefined;
}
