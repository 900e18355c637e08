import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfterMs } from '../../../lib/domain/retry-after.js';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

describe('parseRetryAfterMs', () => {
  it('reads whole seconds', () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) =>
        expect(parseRetryAfterMs(String(seconds), NOW)).toBe(seconds * 1_000),
      ),
    );
    expect(parseRetryAfterMs(' 120 ', NOW)).toBe(120_000);
  });

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads the three forms of an HTTP date: %s',
    (date) => expect(parseRetryAfterMs(date, NOW)).toBe(30_000),
  );

  it('reads any date in the form that servers must write (IMF-fixdate)', () => {
    const instant = fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: NOW }), (date, nowMs) => {
        const whole = Math.floor(date.getTime() / 1_000) * 1_000;
        expect(parseRetryAfterMs(date.toUTCString(), nowMs)).toBe(Math.max(0, whole - nowMs));
      }),
    );
  });

  it('treats a date that has passed as now', () => {
    expect(parseRetryAfterMs('Sun, 06 Nov 1994 08:49:06 GMT', NOW)).toBe(0);
  });

  it.each([
    '',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    '+5',
    'soon',
    'abc 5',
    '5 abc',
    '1994-11-06',
    '١٢',
    'Sun, 06 Nov 1994',
    'Sun, 06 Xxx 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    '120\n120',
  ])('ignores a value that is neither whole seconds nor an HTTP date: %p', (value) =>
    expect(parseRetryAfterMs(value, NOW)).toBeUndefined(),
  );

  it('returns a usable wait, or none, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,400}$/)), (value) => {
        const wait = parseRetryAfterMs(value, NOW);
        expect(wait === undefined || (Number.isSafeInteger(wait) && wait >= 0)).toBe(true);
      }),
    );
  });
});
