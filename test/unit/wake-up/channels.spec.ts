import { describe, expect, it } from '@jest/globals';
import { channelsOf, numbersOf, payloadsOf } from '../../../lib/wake-up/channels.js';

describe('the channels of a process', () => {
  it('are the same as those of every process with its schema and environment, except one of its own', () => {
    const one = channelsOf('shop', 'production');
    const other = channelsOf('shop', 'production');
    expect([other.events, other.work]).toEqual([one.events, one.work]);
    expect(other.own).not.toBe(one.own);
  });

  it.each([
    ['another schema', 'depot', 'production'],
    ['another environment', 'shop', 'staging'],
    ['no environment', 'shop', undefined],
    ['names that only look alike when joined', 'shop","production', undefined],
  ])('are not those of %s', (_, schema, environment) => {
    const { events, work } = channelsOf(schema, environment);
    const ours = channelsOf('shop', 'production');
    expect([ours.events, ours.work]).not.toContain(events);
    expect([ours.events, ours.work]).not.toContain(work);
  });

  it('are identifiers that need no quotes, whatever the names', () => {
    for (const name of Object.values(channelsOf('"; DROP TABLE x', 'ä'.repeat(100)))) {
      expect(name).toMatch(/^[a-z0-9_]{1,63}$/);
    }
  });
});

describe('the payloads of notifications', () => {
  it('hold any count of numbers, and each payload is below the limit of 8,000 bytes', () => {
    const numbers = Array.from({ length: 5_000 }, (_, n) => 2 ** 52 - n);
    const payloads = payloadsOf(numbers);
    expect(payloads.length).toBeGreaterThan(1);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThan(8_000);
    expect(payloads.flatMap(numbersOf)).toEqual(numbers);
  });

  it('of other programs are read without an error, and only valid numbers count', () => {
    expect(numbersOf('7,-1,x,1e99,0,,9.5,8')).toEqual([7, 8]);
    expect(numbersOf('')).toEqual([]);
  });

  it('are an empty list if there are no numbers', () => {
    expect(payloadsOf([])).toEqual([]);
  });
});
