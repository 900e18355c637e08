import { describe, expect, it } from '@jest/globals';
import { ClaimRefusals } from '../../../../lib/delivery/lanes/claim-refusals.js';

describe('ClaimRefusals', () => {
  it('admits a lane of which nothing is known', () => {
    expect(new ClaimRefusals().admits(1, [], 0, true)).toBe(true);
  });

  it('refuses a lane for five seconds after a row of it could not be read, and refuses no other lane', () => {
    const refusals = new ClaimRefusals();
    refusals.avoid(1, 1_000);
    const admits = [1_000, 5_999, 6_000].map((elapsed) => refusals.admits(1, [], elapsed, false));
    expect(admits).toEqual([false, false, true]);
    expect(refusals.admits(2, [], 1_000, false)).toBe(true);
  });

  it('refuses a lane that was shared until the given time, while the process is overloaded', () => {
    const refusals = new ClaimRefusals();
    refusals.share(1, 1_300);
    expect([1_299, 1_300].map((elapsed) => refusals.admits(1, [], elapsed, true))).toEqual([false, true]);
    refusals.share(1, 1_300);
    expect(refusals.admits(1, [], 1_000, false)).toBe(true);
    expect(refusals.admits(1, [], 1_000, true)).toBe(true);
  });

  it('refuses a lane whose keys are missing, and lists no missing key twice', () => {
    const refusals = new ClaimRefusals();
    expect(refusals.admits(1, ['k2', 'k1'], 0, false)).toBe(false);
    expect(refusals.admits(2, ['k2'], 0, false)).toBe(false);
    expect(refusals.missingKeyIds(0)).toEqual(['k1', 'k2']);
  });

  it('reports a missing key for a minute after a due lane last needed it', () => {
    const refusals = new ClaimRefusals();
    refusals.admits(1, ['k1'], 0, false);
    refusals.admits(2, ['k2'], 30_000, false);
    expect(refusals.missingKeyIds(60_000)).toEqual(['k1', 'k2']);
    expect(refusals.missingKeyIds(60_001)).toEqual(['k2']);
    expect(refusals.missingKeyIds(90_001)).toEqual([]);
  });
});
