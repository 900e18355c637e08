import { describe, expect, it } from '@jest/globals';
import type { LaneCandidate } from '../../../../lib/delivery/lanes/choose-lanes.js';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { laneTo } from '../../../support/lanes.js';

const candidate = (transportId: number, origin = 'https://erp.example.com'): LaneCandidate => ({
  transportId,
  tenantUid: 'shop',
  origin,
  encryptedWith: '',
  dueAt: null,
});

/** Returns a lane that takes a place, as a claimed lane does. */
const hold = (held: HeldLanes, transportId: number, chosen = candidate(transportId)) => {
  const lane = laneTo('shop', transportId);
  held.places.acquire(chosen.tenantUid, chosen.origin);
  held.add(lane, chosen);
  return lane;
};

describe('HeldLanes', () => {
  it('lets one origin take half of the places, and at least one', () => {
    const admitted = [2, 3, 8].map((most) => {
      const held = new HeldLanes(most);
      let count = 0;
      while (held.places.admits(`tenant-${count}`, 'https://hub.com'))
        held.places.acquire(`tenant-${count++}`, 'https://hub.com');
      return count;
    });
    expect(admitted).toEqual([1, 1, 4]);
  });

  it('replaces a lane that was lost and claimed again, which frees its place', () => {
    const held = new HeldLanes(8);
    const [before, now] = [hold(held, 1), hold(held, 1)];
    expect([before.state, now.state, held.size, held.places.taken]).toEqual(['CLOSED', 'OPEN', 1, 1]);
    expect([held.has(before), held.has(now), held.get(1)]).toEqual([false, true, now]);
  });

  it('frees the place of the origin that the lane was chosen with, although the lane sends elsewhere now', () => {
    const held = new HeldLanes(8);
    const chosen = candidate(1, 'https://old.example.com');
    const lane = hold(held, 1, chosen);
    expect(held.candidateOf(lane)).toBe(chosen);
    held.remove(lane);
    expect(held.places.isNewcomer('shop', 'https://old.example.com')).toBe(true);
    expect(held.candidateOf(lane)).toBeUndefined();
  });

  it('frees no place for a lane that it does not hold any more', () => {
    const held = new HeldLanes(8);
    const lane = hold(held, 1);
    held.remove(lane);
    hold(held, 1);
    held.remove(lane);
    expect([held.size, held.places.taken]).toEqual([1, 1]);
  });
});
