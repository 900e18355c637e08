import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue } from '../../../lib/delivery/fair-queue.js';
import { Lane } from '../../../lib/delivery/lane.js';
import { laneConfig, NO_CIRCUIT, takenLane } from '../../support/lanes.js';

const laneOf = (tenantUid: string, transportId: number): Lane => {
  const taken = takenLane({ transportId });
  return new Lane({ ...taken, transport: { ...taken.transport, tenantUid } }, laneConfig(), 0, NO_CIRCUIT);
};

/** Takes until there is no turn, putting each lane back as one with more to send. */
const takeAll = (queue: FairQueue): Lane[] => {
  const taken: Lane[] = [];
  for (let lane = queue.take(); lane; lane = queue.take()) {
    taken.push(lane);
    queue.add(lane);
  }
  return taken;
};

describe('FairQueue', () => {
  it('gives tenants turns in a circle, however many lanes each has', () => {
    const queue = new FairQueue(12);
    for (let id = 1; id <= 5; id++) queue.add(laneOf('big', id));
    queue.add(laneOf('small', 6));
    queue.add(laneOf('smaller', 7));
    const turns = takeAll(queue).map(({ tenantUid }) => tenantUid);
    expect(turns).toEqual(['big', 'small', 'smaller', 'big', 'small', 'smaller', 'big', 'small', 'smaller']);
  });

  it("gives a tenant's lanes turns in a circle", () => {
    const queue = new FairQueue(8);
    for (const id of [1, 2, 3]) queue.add(laneOf('shop', id));
    expect(takeAll(queue).map(({ transportId }) => transportId)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('keeps the turn of a lane that is added again while it waits', () => {
    const queue = new FairQueue(8);
    const [first, second] = [laneOf('shop', 1), laneOf('shop', 2)];
    for (const lane of [first, second, first]) queue.add(lane);
    expect([queue.take(), queue.take(), queue.take()]).toEqual([first, second, undefined]);
  });

  it('keeps a quarter of the slots for tenants that hold none', () => {
    const queue = new FairQueue(16);
    queue.add(laneOf('hanging', 1));
    expect(takeAll(queue)).toHaveLength(12);
    for (const id of [2, 3, 4, 5, 6]) queue.add(laneOf(`tenant-${id}`, id));
    expect(takeAll(queue).map(({ transportId }) => transportId)).toEqual([2, 3, 4, 5]);
    expect(queue.inFlight).toBe(16);
    expect(queue.take()).toBeUndefined();
  });

  it('lets a lone tenant use the only slot', () => {
    const queue = new FairQueue(1);
    queue.add(laneOf('shop', 1));
    expect(takeAll(queue)).toHaveLength(1);
  });

  it('goes on when a slot is given back', () => {
    const queue = new FairQueue(2);
    const [first, second] = [laneOf('one', 1), laneOf('two', 2)];
    queue.add(first);
    queue.add(second);
    expect(takeAll(queue)).toEqual([first, second]);
    queue.give(first);
    expect(queue.inFlight).toBe(1);
    expect(takeAll(queue)).toHaveLength(1);
  });

  it('takes no turn of a lane that was removed, and only of that one', () => {
    const queue = new FairQueue(4);
    const [stale, fresh] = [laneOf('shop', 1), laneOf('shop', 1)];
    queue.add(stale);
    queue.remove(stale);
    expect(queue.take()).toBeUndefined();
    queue.add(fresh);
    queue.remove(stale);
    expect(queue.take()).toBe(fresh);
    queue.remove(laneOf('unknown', 9));
  });

  it('gives back the slot of a lane that was removed meanwhile', () => {
    const queue = new FairQueue(1);
    const lane = laneOf('shop', 1);
    queue.add(lane);
    queue.take();
    queue.remove(lane);
    queue.give(lane);
    expect(queue.inFlight).toBe(0);
    queue.add(lane);
    expect(queue.take()).toBe(lane);
  });

  it('whatever happens: never exceeds the slots, and leaves nobody waiting that may go', () => {
    const action = fc.record({ kind: fc.constantFrom('add', 'remove', 'take', 'give'), lane: fc.nat(7) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(action, { maxLength: 120, size: 'max' }),
        (slots, actions) => {
          const queue = new FairQueue(slots);
          const lanes = Array.from({ length: 8 }, (_, id) => laneOf(`tenant-${id % 3}`, id));
          const waiting = new Set<Lane>();
          const flying: Lane[] = [];
          for (const { kind, lane: id } of actions) {
            const lane = lanes[id]!;
            if (kind === 'add') {
              queue.add(lane);
              waiting.add(lane);
            } else if (kind === 'remove') {
              queue.remove(lane);
              waiting.delete(lane);
            } else if (kind === 'give' && flying.length > 0) {
              queue.give(flying.shift()!);
            } else if (kind === 'take') {
              const taken = queue.take();
              const busy = new Set(flying.map(({ tenantUid }) => tenantUid));
              const free = slots - flying.length;
              const mayGo = (candidate: Lane): boolean =>
                free > Math.floor(slots / 4) || (free > 0 && !busy.has(candidate.tenantUid));
              if (taken) {
                expect(waiting.delete(taken)).toBe(true);
                flying.push(taken);
              } else {
                expect([...waiting].some(mayGo)).toBe(false);
              }
            }
            expect(queue.inFlight).toBe(flying.length);
            expect(flying.length).toBeLessThanOrEqual(slots);
          }
        },
      ),
    );
  });
});
