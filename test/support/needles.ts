/**
 * Looks for planted secrets in anything: as they are, in JSON, percent-encoded, in hexadecimal, and in base64 at any
 * position of the encoded text.
 */
export class Needles {
  readonly #spellings: { readonly name: string; readonly text: string }[] = [];

  /** @param planted by name: a unique part of each secret, so that half a secret is found too */
  constructor(planted: Readonly<Record<string, string | Uint8Array>>) {
    for (const [name, secret] of Object.entries(planted)) {
      const bytes = Buffer.from(secret);
      const plain = bytes.toString('latin1');
      this.#add(name, 'plain', plain);
      this.#add(name, 'JSON', JSON.stringify(plain).slice(1, -1));
      this.#add(name, 'percent-encoded', encodeURIComponent(plain));
      this.#add(name, 'hexadecimal', bytes.toString('hex'));
      this.#add(name, 'hexadecimal', bytes.toString('hex').toUpperCase());
      this.#add(name, 'bytes', [...bytes].join(','));
      this.#add(name, 'bytes', [...bytes].join(', '));
      this.#add(name, 'inspected', (bytes.toString('hex').match(/../g) ?? []).join(' '));
      for (const encoding of ['base64', 'base64url'] as const) {
        for (const neighbours of [0, 1, 2]) this.#add(name, encoding, within(bytes, encoding, neighbours));
      }
    }
  }

  /** The secrets that occur in the text, each with its encoding. */
  foundIn(haystack: string | Uint8Array): string[] {
    const text = typeof haystack === 'string' ? haystack : Buffer.from(haystack).toString('latin1');
    return this.#spellings.filter((spelling) => text.includes(spelling.text)).map(({ name }) => name);
  }

  #add(secret: string, how: string, text: string): void {
    this.#spellings.push({ name: `${secret} (${how})`, text });
  }
}

/** The part of the encoded text that does not depend on the bytes before and after. */
function within(bytes: Buffer, encoding: 'base64' | 'base64url', before: number): string {
  const [low, high] = [0x00, 0xff].map((neighbour) => {
    const around = Buffer.alloc(before, neighbour);
    return Buffer.concat([around, bytes, Buffer.alloc(3, neighbour)])
      .toString(encoding)
      .replaceAll('=', '');
  }) as [string, string];
  const isSame = [...low].map((character, index) => character === high[index]);
  return low.slice(isSame.indexOf(true), isSame.lastIndexOf(true) + 1);
}
