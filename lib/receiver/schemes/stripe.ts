import { WebhookVerificationError } from '../../errors/receiver.errors.js';
import { invalidSignature, isSignedWith, textKey } from './hmac.js';
import { parseTimestamp, requiredHeader } from './signature-scheme.js';
import type { SignatureScheme } from './signature-scheme.js';

const HEADER = 'stripe-signature';

/** Stripe: `stripe-signature: t=…,v1=…`, the HMAC-SHA256 in hex over `<t>.<body>`. The key is the whole `whsec_…` text. */
export const stripeScheme: SignatureScheme = {
  parseSecret: textKey,
  verify(headers, body, keys) {
    const items = requiredHeader(headers, HEADER)
      .split(',')
      .map((item) => item.trim().split('=') as [string, string?]);
    const valuesOf = (name: string): string[] =>
      items.flatMap(([key, value]) => (key === name && value !== undefined ? [value] : []));
    const timestamp = valuesOf('t')[0] ?? '';
    const timestampSeconds = parseTimestamp(timestamp, HEADER);
    const signatures = valuesOf('v1').map((hex) => Buffer.from(hex, 'hex'));
    if (!isSignedWith(keys, [`${timestamp}.`, body], signatures)) throw invalidSignature(HEADER, keys);
    return { id: eventIdOf(body), timestampSeconds };
  },
};

/** The id of a Stripe event is in its body, which is signed. */
function eventIdOf(body: Buffer): string {
  try {
    const { id } = JSON.parse(body.toString('utf8')) as { id?: unknown };
    if (typeof id === 'string' && id !== '') return id;
  } catch {
    // Reported below: the body is not a JSON object.
  }
  throw new WebhookVerificationError(
    'WEBHOOK_SIGNATURE_MISSING',
    'the body is not a Stripe event: it has no member "id".',
  );
}
