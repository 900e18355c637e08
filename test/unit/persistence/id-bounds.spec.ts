import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NumberedRow } from '../../../lib/persistence/ports/event-list-store.js';
import { idBounds } from '../../../lib/persistence/sql/id-bounds.js';

const MINUTE_MS = 60_000;

/** A log in memory, with the queries of the store. */
const logOf = (rows: readonly { id: number; createdAt: number }[]) => {
  const sorted = [...rows].sort((one, other) => one.id - other.id);
  let calls = 0;
  return {
    get calls() {
      return calls;
    },
    endedRange: () =>
      Promise.resolve(sorted.length === 0 ? undefined : { first: sorted[0]!.id, last: sorted.at(-1)!.id }),
    firstEndedFrom: (_tenantId: number, ids: readonly number[]): Promise<NumberedRow[]> => {
      calls++;
      return Promise.resolve(
        ids.flatMap((from) => {
          const found = sorted.find(({ id }) => id >= from);
          return found ? { from, ...found } : [];
        }),
      );
    },
  };
};

describe('idBounds', () => {
  it('leaves out no delivery of the period, for ids and dates that rise together within the slack', async () => {
    const row = fc.record({
      gap: fc.integer({ min: 1, max: 50 }),
      later: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
      early: fc.integer({ min: 0, max: MINUTE_MS }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 60 }),
        fc.integer({ min: 0, max: 300 * MINUTE_MS }),
        fc.integer({ min: 0, max: 100 * MINUTE_MS }),
        async (steps, from, length) => {
          let [id, at] = [0, 0];
          const rows = steps.map(({ gap, later, early }) => {
            [id, at] = [id + gap, at + later];
            return { id, createdAt: Math.max(0, at - early) };
          });
          const { afterId, beforeId } = await idBounds(logOf(rows), 1, from, from + length);
          const wanted = rows.filter(({ createdAt }) => createdAt >= from && createdAt <= from + length);
          expect(wanted.filter((one) => one.id <= afterId || one.id >= beforeId)).toEqual([]);
        },
      ),
    );
  });

  it('are close to the period, after a few round trips', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => ({
      id: 7_000_000 + index,
      createdAt: index * 1_000,
    }));
    const log = logOf(rows);
    const { afterId, beforeId } = await idBounds(log, 1, 50_000_000, 50_010_000);
    expect(afterId).toBe(7_000_000 + 50_000 - 61);
    expect(beforeId).toBe(7_000_000 + 50_010 + 61);
    expect(log.calls).toBeLessThanOrEqual(10);
  });

  it('bound nothing if the rows are deleted while they are searched', async () => {
    const log = {
      endedRange: () => Promise.resolve({ first: 4, last: 400 }),
      firstEndedFrom: () => Promise.resolve([]),
    };
    expect(await idBounds(log, 1, 5, 10)).toEqual({ afterId: 0, beforeId: Number.MAX_SAFE_INTEGER });
  });

  it('bound nothing for an empty log, or without dates', async () => {
    const all = { afterId: 0, beforeId: Number.MAX_SAFE_INTEGER };
    expect(await idBounds(logOf([]), 1, 5, 10)).toEqual(all);
    expect(await idBounds(logOf([{ id: 4, createdAt: 5 }]), 1, undefined, undefined)).toEqual(all);
  });
});
