import { describe, expect, it } from '@jest/globals';
import { LaneLease } from '../../../lib/delivery/lanes/lane-lease.js';
import { leaseFor, LONGEST_LEASE_MS } from '../../../lib/domain/lease.js';

describe('The shortest lease for a transport', () => {
  it('is twice the time-out and two seconds', () => {
    expect([1_000, 30_000].map(leaseFor)).toEqual([4_000, 62_000]);
  });

  it('leaves time for a whole attempt at every moment before it is due for renewal, so that a holder can always send', () => {
    for (const timeoutMs of [1, 1_000, 10_000, 60_000, (LONGEST_LEASE_MS - 2_000) / 2]) {
      const lease = new LaneLease(1, leaseFor(timeoutMs), 0);
      const renewedAt = Math.ceil(lease.lastsMs / 3);
      expect(lease.needsRenewal(renewedAt + 1)).toBe(true);
      expect(lease.covers(timeoutMs, renewedAt + 1)).toBe(true);
    }
  });
});
