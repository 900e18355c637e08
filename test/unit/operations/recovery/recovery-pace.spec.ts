import { describe, expect, it } from '@jest/globals';
import { RecoveryPace, waitMs } from '../../../../lib/operations/recovery/recovery-pace.js';

const UNLIMITED = { maxConcurrency: 8, rateLimitRequests: null, rateLimitPerSeconds: null };

describe('the pace of a recovery', () => {
  it('keeps twice maxConcurrency deliveries pending, and refills when half of them have been attempted', () => {
    const pace = new RecoveryPace();
    const allowed = (due: number, parked = 0) => pace.allowed(UNLIMITED, { due, parked }, 0);
    expect([0, 8, 9, 16].map((due) => allowed(due))).toEqual([16, 8, 0, 0]);
  });

  it('enqueues nothing while a thousand deliveries wait behind others of their ordering key', () => {
    const pace = new RecoveryPace();
    expect(pace.allowed(UNLIMITED, { due: 0, parked: 999 }, 0)).toBe(16);
    expect(pace.allowed(UNLIMITED, { due: 0, parked: 1_000 }, 0)).toBe(0);
  });

  it('uses half of a rate limit over any length of time', () => {
    const pace = new RecoveryPace();
    const limits = { maxConcurrency: 8, rateLimitRequests: 10, rateLimitPerSeconds: 1 };
    let enqueued = 0;
    for (let now = 0; now <= 60_000; now += 50) {
      const count = pace.allowed(limits, { due: 0, parked: 0 }, now);
      pace.enqueued(count);
      enqueued += count;
    }
    expect(enqueued).toBeGreaterThan(290);
    expect(enqueued).toBeLessThanOrEqual(301);
  });

  it('looks at a waiting job less often the older it is, but at least once a minute', () => {
    const [minute, hour] = [60_000, 3_600_000];
    expect([0, minute, 10 * minute, 24 * hour].map(waitMs)).toEqual([2_000, 3_000, 30_000, minute]);
  });
});
