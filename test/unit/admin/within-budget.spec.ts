import { expect, it } from '@jest/globals';
import { withinBudget } from '../../../lib/admin/deliveries/within-budget.js';

const attempt = (number: number, responseBody: string | null) => ({
  number,
  responseHeaders: { server: 'x' },
  responseBody,
});

it('the attempts of a delivery are all shown, newest first, with their responses until these reach the limit', () => {
  // JSON writes U+0001 as \u0001: six bytes for one.
  const attempts = Array.from({ length: 100 }, (_, i) => attempt(100 - i, '\u0001'.repeat(16 * 1024)));
  const shown = withinBudget(attempts);
  expect(shown.map(({ number }) => number)).toEqual(attempts.map(({ number }) => number));
  expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThan(600 * 1024);
  expect(shown.slice(0, 5)).toEqual(attempts.slice(0, 5));
  expect(shown.slice(5).every((one) => one.responseBody === null && one.responseHeaders === null)).toBe(true);
});

it('the attempts of a delivery keep ten responses of 16 KiB of text', () => {
  const attempts = Array.from({ length: 10 }, (_, i) => attempt(10 - i, 'x'.repeat(16 * 1024)));
  expect(withinBudget(attempts)).toEqual(attempts);
});
