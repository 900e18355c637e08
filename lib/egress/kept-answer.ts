/** Of the body; the rest up to the reading limit is only read to save the connection. */
export const MAX_BODY_KEPT = 16 * 1024;
const MAX_HEADERS_KEPT = 50;
const MAX_HEADER_CHARACTERS_KEPT = 8 * 1024;

const REDACTED = '[redacted]';
/** Credentials, and what leads to them. */
const SECRET_HEADER = /^(?:set-cookie2?|cookie|authorization|www-authenticate|authentication-info|proxy-.*)$/;
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
  const kept: [string, string][] = [];
  let characters = 0;
  for (const [name, value] of Object.entries(headers)) {
    const text = SECRET_HEADER.test(name) ? REDACTED : blotOut(String(value), secrets);
    characters += name.length + text.length;
    const fits = kept.length < MAX_HEADERS_KEPT && characters <= MAX_HEADER_CHARACTERS_KEPT;
    if (fits || name === ALWAYS_KEPT) kept.push([name, text]);
  }
  // Unlike an assignment, this makes a header named "__proto__" an ordinary member.
  return Object.fromEntries(kept);
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
