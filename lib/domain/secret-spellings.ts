/**
 * The ways in which a receiver that echoes a request may spell one of the request's secrets: unchanged, in JSON,
 * percent-encoded, and as a part of a base64 text.
 */
export function secretSpellings(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  // Taken from the bytes, which contain no unpaired surrogates: encodeURIComponent would throw on one.
  const percent = encodeURIComponent(bytes.toString('utf8'));
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      percent,
      percent.replaceAll('%20', '+'),
      ...[0, 1, 2].flatMap((offset) => {
        const base64 = withinBase64(bytes, offset);
        return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
      }),
    ]),
  ];
}

/**
 * The part of the base64 text of some bytes that does not depend on the bytes around them.
 *
 * @param offset number of bytes before them, modulo 3
 */
function withinBase64(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  // A character of base64 holds 6 bits. Characters that share bits with a neighbouring byte may differ, so they are left out.
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return all.slice(first, last);
}
