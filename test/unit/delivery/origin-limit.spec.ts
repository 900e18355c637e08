import { describe, expect, it } from '@jest/globals';
import { Lane } from '../../../lib/delivery/lane.js';
import { OriginLimit } from '../../../lib/delivery/origin-limit.js';
import { laneConfig, NO_CIRCUIT, takenLane } from '../../support/lanes.js';

const ORIGIN = 'https://api.shop.com';
let transports = 0;

const laneOf = (tenantUid: string): Lane => {
  const { transport, ...taken } = takenLane({ transportId: ++transports });
  return new Lane({ ...taken, transport: { ...transport, tenantUid } }, laneConfig(), 0, NO_CIRCUIT);
};
const always = (): boolean => true;

describe('OriginLimit', () => {
  it('gives room up to the cap, for each origin by itself', () => {
    const limit = new OriginLimit(2);
    const lane = laneOf('shop');
    expect([1, 2, 3].map(() => limit.take(ORIGIN, lane))).toEqual([true, true, false]);
    expect([1, 2, 3].map(() => limit.take('https://other.com', lane))).toEqual([true, true, false]);
    limit.give(ORIGIN, always);
    expect(limit.take(ORIGIN, lane)).toBe(true);
    expect(limit.take(ORIGIN, lane)).toBe(false);
  });

  it('sets no limit to what goes nowhere', () => {
    const limit = new OriginLimit(1);
    expect([1, 2, 3].map(() => limit.take(undefined, laneOf('shop')))).toEqual([true, true, true]);
    expect(limit.give(undefined, always)).toBeUndefined();
  });

  it('returns who has waited, one for each room that is given back: tenants in turn, and their lanes in turn', () => {
    const limit = new OriginLimit(1);
    const [busy, a1, a2, a3, b1] = ['x', 'a', 'a', 'a', 'b'].map(laneOf) as [Lane, Lane, Lane, Lane, Lane];
    limit.take(ORIGIN, busy);
    for (const lane of [a1, a2, a3, b1, a1]) expect(limit.take(ORIGIN, lane)).toBe(false);
    const turns = [1, 2, 3, 4, 5].map(() => {
      const next = limit.give(ORIGIN, always);
      if (next) expect(limit.take(ORIGIN, next)).toBe(true);
      return next;
    });
    expect(turns).toEqual([a1, b1, a2, a3, undefined]);
  });

  it('passes over who can send no more, and goes on to the next tenant', () => {
    const limit = new OriginLimit(1);
    const [busy, paused, ready] = ['x', 'a', 'b'].map(laneOf) as [Lane, Lane, Lane];
    limit.take(ORIGIN, busy);
    limit.take(ORIGIN, paused);
    limit.take(ORIGIN, ready);
    expect(limit.give(ORIGIN, (lane) => lane !== paused)).toBe(ready);
    expect(limit.give(ORIGIN, always)).toBeUndefined();
  });
});
