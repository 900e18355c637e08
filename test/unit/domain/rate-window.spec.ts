import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rateLimitOf, RateWindow } from '../../../lib/domain/rate-window.js';

const NOTHING = { used: 0, usedUntil: 0 };
const LIMIT = { requests: 2, perSeconds: 3 };

describe('The rate limit of a transport', () => {
  it('is set only if both columns are', () => {
    const limitOf = (requests: number | null, perSeconds: number | null) =>
      rateLimitOf({ rateLimitRequests: requests, rateLimitPerSeconds: perSeconds });
    expect(limitOf(5, 60)).toEqual({ requests: 5, perSeconds: 60 });
    expect([limitOf(null, 60), limitOf(5, null), limitOf(null, null)]).toEqual([null, null, null]);
  });
});

describe('RateWindow', () => {
  it('allows a request as soon as the oldest one has left the window', () => {
    const window = new RateWindow(LIMIT, NOTHING);
    window.sent(1_000);
    expect(window.nextAt(1_500)).toBe(1_500);
    window.sent(1_500);
    expect(window.nextAt(3_999)).toBe(4_000);
    expect(window.nextAt(4_000)).toBe(4_000);
  });

  it('counts the requests of the previous holder until the last of them has left the window', () => {
    const window = new RateWindow(LIMIT, { used: 1, usedUntil: 2_000 });
    window.sent(1_000);
    expect(window.nextAt(1_999)).toBe(2_000);
    expect(window.nextAt(2_000)).toBe(2_000);
    expect(new RateWindow(LIMIT, { used: 2, usedUntil: 2_000 }).nextAt(1_000)).toBe(2_000);
  });

  it('waits for its own oldest request if that leaves the window before those of the previous holder', () => {
    const window = new RateWindow(LIMIT, { used: 1, usedUntil: 9_000 });
    window.sent(1_000);
    expect(window.nextAt(1_000)).toBe(4_000);
  });

  it('hands over what was used, and until when the last of it counts', () => {
    const window = new RateWindow({ requests: 5, perSeconds: 3 }, { used: 2, usedUntil: 5_000 });
    expect(window.state(4_999)).toEqual({ used: 2, usedUntil: 5_000 });
    window.sent(1_000);
    window.sent(1_500);
    expect(window.state(1_500)).toEqual({ used: 4, usedUntil: 5_000 });
    window.sent(3_000);
    expect(window.state(4_000)).toEqual({ used: 4, usedUntil: 6_000 });
    expect(window.state(5_000)).toEqual({ used: 1, usedUntil: 6_000 });
    expect(window.state(6_000)).toEqual({ used: 0, usedUntil: 0 });
  });

  it('lets no period have more requests than its limit, also over a change of the holder, and wastes no time', () => {
    const limits = fc.record({
      requests: fc.integer({ min: 1, max: 4 }),
      perSeconds: fc.integer({ min: 1, max: 3 }),
    });
    const pauses = fc.array(fc.nat(1_500), { minLength: 20, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(limits, pauses, fc.nat(60), (limit, pausesMs, handoverAfter) => {
        const windowMs = limit.perSeconds * 1_000;
        let window = new RateWindow(limit, NOTHING);
        const sentAt: number[] = [];
        let now = 10_000;
        for (const [index, pauseMs] of pausesMs.entries()) {
          now += pauseMs;
          if (index === handoverAfter) window = new RateWindow(limit, window.state(now));
          const at = window.nextAt(now);
          // Only the first holder knows each request, so only it must not wait longer than necessary.
          const blocking = sentAt.at(-limit.requests);
          const earliest = blocking === undefined ? now : Math.max(now, blocking + windowMs);
          if (index < handoverAfter) expect(at).toBe(earliest);
          else expect(at).toBeGreaterThanOrEqual(earliest);
          now = at;
          window.sent(now);
          sentAt.push(now);
        }
        for (const from of sentAt)
          expect(sentAt.filter((at) => at >= from && at < from + windowMs).length).toBeLessThanOrEqual(
            limit.requests,
          );
      }),
    );
  });
});
