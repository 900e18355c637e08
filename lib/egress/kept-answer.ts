/** Of the body; the rest up to the reading limit is only read to save the connection. */
export const MAX_BODY_KEPT = 16 * 1024;
const MAX_HEADERS_KEPT = 50;
const MAX_HEADER_CHARACTERS_KEPT = 8 * 1024;

const REDACTED = '[redacted]';
/** Credentials, and what leads to them; so are all that start with `proxy-`. */
const SECRET_HEADERS = new Set([
  'authentication-info',
  'authorization',
  'cookie',
  'set-cookie',
  'set-cookie2',
  'www-authenticate',
]);
const ORDINARY = { configurable: true, enumerable: true, writable: true } as const;
/** Decides when to try again, so it is kept even if more than enough headers came before it. */
const ALWAYS_KEPT = 'retry-after';
/** Blotting out a shorter secret would only spell it out by the holes it leaves. */
const MIN_SECRET_LENGTH = 4;

/**
 * What is stored of an answer's headers.
 *
 * @param headers lower-case names
 * @param secrets what must not be kept, should the receiver have sent it back
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
    const text = isSecret ? REDACTED : blotOut(String(headers[name]), secrets);
    characters += name.length + text.length;
    if ((count >= MAX_HEADERS_KEPT || characters > MAX_HEADER_CHARACTERS_KEPT) && name !== ALWAYS_KEPT)
      continue;
    count += 1;
    // Assigned, it would set the prototype; every other name is an ordinary member, and assigning is quicker.
    if (name === '__proto__') Object.defineProperty(kept, name, { ...ORDINARY, value: text });
    else kept[name] = text;
  }
  return kept;
}

/**
 * What is stored of an answer's body, as text that every database takes: whatever is not UTF-8, and NUL,
 * becomes U+FFFD.
 *
 * @param secrets what must not be kept, should the receiver have sent it back
 */
export function keepBody(chunks: readonly Buffer[], secrets: readonly string[]): string {
  const [first] = chunks;
  if (!first) return '';
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks);
  const text = blotOut(bytes.toString('utf8', 0, MAX_BODY_KEPT), secrets);
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

function blotOut(text: string, secrets: readonly string[]): string {
  let blotted = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH && blotted.includes(secret)) {
      blotted = blotted.replaceAll(secret, REDACTED);
    }
  }
  return blotted;
}
