import { describe, expect, it } from '@jest/globals';
import { LaneRenewals } from '../../../../lib/delivery/lanes/lane-renewals.js';
import { KeepingLaneStore } from '../../../support/keeping-lane-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { NOW, laneTo } from '../../../support/lanes.js';

describe('LaneRenewals', () => {
  const scene = (count = 3) => {
    const lanes = Array.from({ length: count }, (_, index) => laneTo('shop', index + 1));
    const store = new KeepingLaneStore(...lanes.map(({ transportId }) => transportId));
    const clock = { elapsed: 20_000 };
    const renewals = new LaneRenewals(store, { now: () => NOW, elapsed: () => clock.elapsed });
    return { lanes, store, clock, renewals };
  };

  it('extends the leases from the time at which the statement was sent', async () => {
    const { lanes, store, clock, renewals } = scene(1);
    const resume = store.pause();
    const renewing = renewals.renew(lanes);
    await Promise.resolve();
    clock.elapsed = 25_000;
    resume();
    expect(await renewing).toEqual(new Set(lanes));
    // The lease lasts 30 s. It is due for renewal after 10 s.
    expect([30_000, 30_001].map((elapsed) => lanes[0]!.needsRenewal(elapsed))).toEqual([false, true]);
  });

  it('does not extend the lease of a lane that another transaction has locked', async () => {
    const { lanes, store, renewals } = scene();
    store.locked = new Set([2]);
    expect(await renewals.renew(lanes)).toEqual(new Set([lanes[0], lanes[2]]));
    expect(lanes.map((lane) => lane.needsRenewal(20_000))).toEqual([false, true, false]);
  });

  it('has one statement under way at a time; calls that arrive meanwhile share the next one', async () => {
    const { lanes, store, renewals } = scene();
    const [one, two, three] = lanes as [(typeof lanes)[0], (typeof lanes)[0], (typeof lanes)[0]];
    const resume = store.pause();
    const first = renewals.renew([one]);
    await Promise.resolve();
    const [second, third] = [renewals.renew([one, two]), renewals.renew([three])];
    await new Promise(setImmediate);
    expect(store.callsOf('renew')).toEqual([[1]]);
    resume();
    expect([await first, await second, await third]).toEqual([
      new Set([one]),
      new Set(lanes),
      new Set(lanes),
    ]);
    expect(store.callsOf('renew')).toEqual([[1], [1, 2, 3]]);
  });

  it('drains a lane that the database refuses to write, and renews the others', async () => {
    const { lanes, store, renewals } = scene();
    store.fail = (_method, ids) => (ids.includes(2) ? refusal() : undefined);
    expect(await renewals.renew(lanes)).toEqual(new Set([lanes[0], lanes[2]]));
    expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'DRAINING', 'OPEN']);
  });

  it('goes on after an outage, which is reported to every caller of the statement', async () => {
    const { lanes, store, renewals } = scene(1);
    store.fail = () => outage();
    await expect(renewals.renew(lanes)).rejects.toThrow('connection refused');
    store.fail = () => undefined;
    expect(await renewals.renew(lanes)).toEqual(new Set(lanes));
    expect(lanes[0]!.state).toBe('OPEN');
  });
});
