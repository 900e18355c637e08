import { invalidSignature, isSignedWith, textKey } from './hmac.js';
import { requiredHeader } from './signature-scheme.js';
import type { SignatureScheme } from './signature-scheme.js';

const HEADER = 'x-hub-signature-256';
const PREFIX = 'sha256=';

/** GitHub: `x-hub-signature-256: sha256=…`, the HMAC-SHA256 in hex over the body. The signature covers neither a time nor the id. */
export const githubScheme: SignatureScheme = {
  parseSecret: textKey,
  verify(headers, body, keys) {
    const signature = requiredHeader(headers, HEADER);
    const id = requiredHeader(headers, 'x-github-delivery');
    const hex = signature.startsWith(PREFIX) ? signature.slice(PREFIX.length) : '';
    if (!isSignedWith(keys, [body], [Buffer.from(hex, 'hex')])) throw invalidSignature(HEADER, keys);
    return { id, timestampSeconds: undefined };
  },
};
