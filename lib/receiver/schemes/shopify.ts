import { invalidSignature, isSignedWith, textKey } from './hmac.js';
import { requiredHeader } from './signature-scheme.js';
import type { SignatureScheme } from './signature-scheme.js';

const HEADER = 'x-shopify-hmac-sha256';

/**
 * Shopify: `x-shopify-hmac-sha256`, the HMAC-SHA256 in base64 over the body, keyed with the app's client secret. The
 * signature covers neither a time nor the id.
 */
export const shopifyScheme: SignatureScheme = {
  parseSecret: textKey,
  verify(headers, body, keys) {
    const signature = requiredHeader(headers, HEADER);
    const id = requiredHeader(headers, 'x-shopify-event-id');
    if (!isSignedWith(keys, [body], [Buffer.from(signature, 'base64')])) throw invalidSignature(HEADER, keys);
    return { id, timestampSeconds: undefined };
  },
};
