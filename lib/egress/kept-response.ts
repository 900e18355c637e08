/** Maximum number of bytes kept of a body. The rest, up to the reading limit, is read only so that the connection can be reused. */
export const MAX_BODY_KEPT = 16 * 1024;
const MAX_HEADERS_KEPT = 50;
const MAX_HEADER_CHARACTERS_KEPT = 8 * 1024;

const REDACTED = '[redacted]';
/** Headers with credentials, or with data that leads to them. Headers that start with `proxy-` are redacted too. */
const SECRET_HEADERS = new Set([
  'authentication-info',
  'authorization',
  'cookie',
  'set-cookie',
  'set-cookie2',
  'www-authenticate',
]);
const ORDINARY = { configurable: true, enumerable: true, writable: true } as const;
/** This header decides when the delivery is retried, so it is kept even beyond the limits. */
const ALWAYS_KEPT = 'retry-after';
/** Minimum length of a redacted text. A shorter one also occurs by chance, so the places of the redactions would reveal it. */
const MIN_SECRET_LENGTH = 4;

/**
 * The part of a response's headers that is stored.
 *
 * @param headers lower-case names
 * @param secrets texts that are redacted if the receiver has sent them back
 */
export function keepHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  secrets: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {};
  let count = 0;
  let characters = 0;
  for (const name of Object.keys(headers)) {
    const isSecret = SECRET_HEADERS.has(name) || name.startsWith('proxy-');
    const text = isSecret ? REDACTED : redact(String(headers[name]), secrets);
    characters += name.length + text.length;
    if ((count >= MAX_HEADERS_KEPT || characters > MAX_HEADER_CHARACTERS_KEPT) && name !== ALWAYS_KEPT)
      continue;
    count += 1;
    // Assigning `__proto__` would set the prototype. Every other name is assigned, which is faster.
    if (name === '__proto__') Object.defineProperty(kept, name, { ...ORDINARY, value: text });
    else kept[name] = text;
  }
  return kept;
}

/**
 * The part of a response's body that is stored, as text that every database accepts: bytes that are not UTF-8, and NUL,
 * become U+FFFD.
 *
 * @param secrets texts that are redacted if the receiver has sent them back
 */
export function keepBody(chunks: readonly Buffer[], secrets: readonly string[]): string {
  const [first] = chunks;
  if (!first) return '';
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks);
  const text = redact(bytes.toString('utf8', 0, MAX_BODY_KEPT), secrets);
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

function redact(text: string, secrets: readonly string[]): string {
  let redacted = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH && redacted.includes(secret)) {
      redacted = redacted.replaceAll(secret, REDACTED);
    }
  }
  return redacted;
}
