/**
 * The ways in which a receiver that echoes a request may spell a secret of it: as it is, in JSON, percent-encoded, and
 * within anything that is written in base64.
 */
export function secretSpellings(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  // From the bytes, which hold no half of a character.
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
 * What of some bytes is the same in base64 whatever stands around them.
 *
 * @param offset bytes that stand before them, modulo 3
 */
function withinBase64(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  // A character of base64 holds 6 bits: those that share bits with a neighbour may differ.
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.length) * 8) / 6);
  return all.slice(first, last);
}
