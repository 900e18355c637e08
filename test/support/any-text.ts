import fc from 'fast-check';

/** Every code point except surrogates. */
const CODE_POINT = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

/**
 * Any text. Use it instead of `fc.string({ unit: 'binary' })`, which takes a second of CPU time to build a table of all code
 * points.
 */
export const anyText = (length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ ...length, unit: CODE_POINT });
