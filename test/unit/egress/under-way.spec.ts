import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UnderWay, type Placed } from '../../../lib/egress/under-way.js';

describe('The operations under way', () => {
  it('are those that were added and not removed, whatever was added and removed in between', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 })), (steps) => {
        const underWay = new UnderWay<Placed>();
        const expected: Placed[] = [];
        for (const step of steps) {
          // About a third of the steps remove an operation, at any position.
          if (step % 3 === 0 && expected.length > 0) {
            const [gone] = expected.splice(step % expected.length, 1);
            underWay.remove(gone!);
          } else {
            const come = { place: -1 };
            expected.push(come);
            underWay.add(come);
          }
        }
        const all = underWay.snapshot();
        expect(all).toHaveLength(expected.length);
        expect(new Set(all)).toEqual(new Set(expected));
        expect(expected.every((one) => all.includes(one))).toBe(true);
      }),
    );
  });

  it('may change while a snapshot of them is iterated', () => {
    const underWay = new UnderWay<Placed>();
    const all = [{ place: -1 }, { place: -1 }, { place: -1 }];
    for (const one of all) underWay.add(one);
    for (const one of underWay.snapshot()) underWay.remove(one);
    expect(underWay.snapshot()).toEqual([]);
  });
});
