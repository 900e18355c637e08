import { describe, expect, it } from '@jest/globals';
import { queueDepth, queueTotals } from '../../../lib/domain/queue-depth.js';
import { ENDED, QUEUED, queueChangesOf, queueFactText } from '../../../lib/persistence/sql/facts.js';

const added = (tenantId: number, transportId: number, queued: number) => ({
  tenantId,
  transportId,
  queued,
  ended: 0,
});

describe('The totals of the queue', () => {
  it('are those of the transport, the tenant and all tenants, in the order in which every process locks them', () => {
    expect(
      queueTotals([added(2, 7, 3), added(1, 9, 1), { ...added(2, 7, 0), ended: 2 }, added(1, 8, 4)]),
    ).toEqual([
      added(1, 0, 5),
      added(1, 8, 4),
      added(1, 9, 1),
      { ...added(2, 0, 3), ended: 2 },
      { ...added(2, 7, 3), ended: 2 },
      // Last, because every process writes it.
      { ...added(0, 0, 8), ended: 2 },
    ]);
  });

  it('of all tenants come last, whatever the order of the changes', () => {
    const changes = [added(1, 8, 1), added(2, 7, 1), added(3, 6, 1)];
    for (const some of [changes, [...changes].reverse()]) {
      expect(queueTotals(some).map(({ tenantId }) => tenantId)).toEqual([1, 1, 2, 2, 3, 3, 0]);
    }
  });

  it('follow from the facts of a group: rows added, rows removed, and each end of a delivery', () => {
    const text = [
      queueFactText({ tenantId: 1, transportId: 7 }, 5, QUEUED),
      queueFactText({ tenantId: 1, transportId: 7 }, 1, ENDED),
      ...['D', 'A', 'F', 'R', 'M', 'X'].map((letter) => `1,7,33,${letter},12,1773480413589`),
    ].join(';');
    expect(queueTotals(queueChangesOf(text))[1]).toEqual({ ...added(1, 7, 5), ended: 4 });
  });
});

describe('The depth of the queue', () => {
  const totals = [added(1, 0, 5), added(1, 8, 4), added(1, 9, 1), added(0, 0, 5)];
  const uncounted = [{ ...added(1, 8, 0), ended: 1 }, added(2, 3, 2), added(1, Number.NaN, Number.NaN)];

  it.each([
    ['a transport', { tenantId: 1, transportId: 8 }, 3],
    ['a transport without changes', { tenantId: 1, transportId: 9 }, 1],
    ['a tenant that is not counted yet', { tenantId: 2, transportId: 0 }, 2],
    ['a tenant with a damaged fact', { tenantId: 1, transportId: 0 }, 4],
    ['all tenants', { tenantId: 0, transportId: 0 }, 6],
    ['a tenant without rows', { tenantId: 3, transportId: 0 }, 0],
  ])('of %s adds what is not counted yet', (_, key, depth) => {
    expect(queueDepth(key, totals, uncounted)).toBe(depth);
  });

  it('is at least 0', () => {
    expect(queueDepth({ tenantId: 1, transportId: 9 }, totals, [{ ...added(1, 9, 0), ended: 2 }])).toBe(0);
  });
});
