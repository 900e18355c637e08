import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { Slots, type Slot } from '../../../../lib/delivery/sending/slots.js';
import { laneConfig, laneTo, NOW } from '../../../support/lanes.js';

const HUB = 'https://hub.com';

/** A lane with an origin of its own. */
const ownLane = (tenantUid: string, transportId: number): Lane =>
  laneTo(tenantUid, transportId, `https://t${transportId}.com`);

/** Takes slots until there is none, and adds each lane again as one with more to send. */
const takeAll = (slots: Slots): Lane[] => {
  const taken: Lane[] = [];
  for (let slot = slots.acquire(); slot; slot = slots.acquire()) {
    taken.push(slot.lane);
    slots.add(slot.lane);
  }
  return taken;
};
const tenantsOf = (lanes: readonly Lane[]) => lanes.map(({ tenantUid }) => tenantUid);
const idsOf = (lanes: readonly Lane[]) => lanes.map(({ transportId }) => transportId);

describe('Slots', () => {
  it('are soon free while about half of them become free within 100 ms, and not while requests hang', async () => {
    const slots = new Slots(8, 8);
    slots.add(ownLane('shop', 1));
    expect(slots.areSoonFree).toBe(true);
    const held: Slot[] = [];
    for (let slot = slots.acquire(); slot; slot = slots.acquire()) {
      held.push(slot);
      slots.add(slot.lane);
    }
    expect(slots.isBusy).toBe(true);
    await sleep(120);
    // The second call gives the result of the first one, which counts for 100 ms.
    expect([slots.areSoonFree, slots.areSoonFree]).toEqual([false, false]);
    for (let n = 0; n < 40; n++) {
      slots.release(held.pop()!);
      held.push(slots.acquire()!);
      slots.add(held.at(-1)!.lane);
      await sleep(3);
    }
    expect(slots.areSoonFree).toBe(true);
    await sleep(120);
    expect(slots.areSoonFree).toBe(false);
  });

  describe('the order of turns', () => {
    it('gives tenants turns in a circle, however many lanes each has', () => {
      const slots = new Slots(12, 12);
      for (let id = 1; id <= 5; id++) slots.add(ownLane('big', id));
      slots.add(ownLane('small', 6));
      slots.add(ownLane('smaller', 7));
      const circle = ['big', 'small', 'smaller'];
      expect(tenantsOf(takeAll(slots))).toEqual([...circle, ...circle, ...circle]);
    });

    it('gives the lanes of a tenant turns in a circle', () => {
      const slots = new Slots(8, 8);
      for (const id of [1, 2, 3]) slots.add(ownLane('shop', id));
      expect(idsOf(takeAll(slots))).toEqual([1, 2, 3, 1, 2, 3]);
    });

    it('keeps the turn of a lane that is added again while it waits', () => {
      const slots = new Slots(8, 8);
      const [first, second] = [ownLane('shop', 1), ownLane('shop', 2)];
      for (const lane of [first, second, first]) slots.add(lane);
      expect([slots.acquire()?.lane, slots.acquire()?.lane, slots.acquire()]).toEqual([
        first,
        second,
        undefined,
      ]);
    });

    it('gives no slot to a lane that was removed, and removes no other lane of the same transport', () => {
      const slots = new Slots(4, 4);
      const [stale, fresh] = [ownLane('shop', 1), ownLane('shop', 1)];
      slots.add(stale);
      slots.remove(stale);
      expect(slots.acquire()).toBeUndefined();
      slots.add(fresh);
      slots.remove(stale);
      expect(slots.acquire()?.lane).toBe(fresh);
      slots.remove(ownLane('unknown', 9));
    });
  });

  describe('the admission of lanes', () => {
    it('keeps a quarter of the slots for tenants that hold none', () => {
      const slots = new Slots(16, 16);
      for (let id = 1; id <= 20; id++) slots.add(ownLane('hanging', id));
      expect(slots.isOverloaded).toBe(false);
      expect(takeAll(slots)).toHaveLength(12);
      expect([slots.isBusy, slots.isOverloaded]).toEqual([true, true]);
      for (const id of [21, 22, 23, 24, 25]) slots.add(ownLane(`tenant-${id}`, id));
      expect(idsOf(takeAll(slots))).toEqual([21, 22, 23, 24]);
      expect([slots.taken, slots.acquire()]).toEqual([16, undefined]);
    });

    it('is busy, but not overloaded, while no lane waits for a slot', () => {
      const slots = new Slots(16, 16);
      for (let id = 1; id <= 12; id++) slots.add(ownLane('large', id));
      const lanes = takeAll(slots);
      expect([slots.isBusy, slots.isOverloaded]).toEqual([true, true]);
      for (const lane of lanes) slots.remove(lane);
      expect([slots.isBusy, slots.isOverloaded]).toEqual([true, false]);
    });

    it('keeps a quarter of the slots for origins that hold none, however many tenants send to one', () => {
      const slots = new Slots(16, 16);
      for (let id = 1; id <= 20; id++) slots.add(laneTo(`tenant-${id}`, id, HUB));
      expect(takeAll(slots)).toHaveLength(12);
      slots.add(laneTo('tenant-21', 21, HUB));
      slots.add(ownLane('tenant-22', 22));
      expect(idsOf(takeAll(slots))).toEqual([22]);
    });

    it('gives an origin no more slots than one origin may hold, over all tenants, and passes over the lanes that wait for it', () => {
      const slots = new Slots(16, 2);
      for (const id of [1, 2, 3]) slots.add(laneTo(`tenant-${id}`, id, HUB));
      slots.add(laneTo('tenant-1', 4, 'https://other.com'));
      const taken = [slots.acquire()!, slots.acquire()!, slots.acquire()!];
      expect(idsOf(taken.map(({ lane }) => lane))).toEqual([1, 2, 4]);
      expect(slots.acquire()).toBeUndefined();
      slots.release(taken[0]!);
      expect(slots.acquire()?.lane.transportId).toBe(3);
    });

    it('frees the slot of the origin that the request went to, although the transport has another origin now', () => {
      const slots = new Slots(16, 1);
      const [moved, other] = [laneTo('a', 1, HUB), laneTo('b', 2, HUB)];
      slots.add(moved);
      const slot = slots.acquire()!;
      moved.configure(laneConfig({ version: 2 }), NOW, 0);
      slots.add(other);
      expect(slots.acquire()).toBeUndefined();
      slots.release(slot);
      expect(slots.acquire()?.lane).toBe(other);
    });

    it('does not limit a lane that cannot send as it is configured: its attempts fail at once', () => {
      const slots = new Slots(8, 1);
      const lane = ownLane('shop', 1);
      lane.configure(laneConfig({ version: 2 }), NOW, 0);
      slots.add(lane);
      expect(takeAll(slots)).toHaveLength(6);
    });

    it('lets a lone tenant use the only slot', () => {
      const slots = new Slots(1, 1);
      slots.add(ownLane('shop', 1));
      expect(takeAll(slots)).toHaveLength(1);
    });

    it('counts the slot of a lane that was removed meanwhile until it is freed', () => {
      const slots = new Slots(1, 1);
      const lane = ownLane('shop', 1);
      slots.add(lane);
      const slot = slots.acquire()!;
      slots.remove(lane);
      expect(slots.taken).toBe(1);
      slots.release(slot);
      expect(slots.taken).toBe(0);
      slots.add(lane);
      expect(slots.acquire()?.lane).toBe(lane);
    });
  });

  it('exceed no limit, and leave no lane waiting that may have a slot, whatever happens', () => {
    const action = fc.record({ kind: fc.constantFrom('add', 'remove', 'take', 'give'), lane: fc.nat(7) });
    const sizes = fc.integer({ min: 1, max: 9 });
    const actions = fc.array(action, { maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5 }), actions, (size, perOrigin, actions) => {
        const slots = new Slots(size, perOrigin);
        const lanes = Array.from({ length: 8 }, (_, id) =>
          laneTo(`t-${id % 3}`, id, `https://o${id % 4}.com`),
        );
        const waiting = new Set<Lane>();
        const flying: Slot[] = [];
        const mayGo = (lane: Lane): boolean => {
          const free = size - flying.length;
          const ofOrigin = flying.filter(({ origin }) => origin === lane.origin).length;
          const isNewcomer = ofOrigin === 0 && flying.every((slot) => slot.lane.tenantUid !== lane.tenantUid);
          return free > 0 && ofOrigin < perOrigin && (free > Math.floor(size / 4) || isNewcomer);
        };
        for (const { kind, lane: id } of actions) {
          const lane = lanes[id]!;
          if (kind === 'add') {
            slots.add(lane);
            waiting.add(lane);
          } else if (kind === 'remove') {
            slots.remove(lane);
            waiting.delete(lane);
          } else if (kind === 'give' && flying.length > 0) {
            slots.release(flying.shift()!);
          } else if (kind === 'take') {
            const slot = slots.acquire();
            expect(slot ? mayGo(slot.lane) && waiting.delete(slot.lane) : ![...waiting].some(mayGo)).toBe(
              true,
            );
            if (slot) flying.push(slot);
          }
          expect(slots.taken).toBe(flying.length);
        }
      }),
    );
  });
});
