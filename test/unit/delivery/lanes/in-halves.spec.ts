import { describe, expect, it } from '@jest/globals';
import { inHalves } from '../../../../lib/delivery/lanes/in-halves.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';

describe('A statement for many lanes', () => {
  const scene = (failing: readonly number[], error = refusal()) => {
    const applied: number[] = [];
    const refused: [number, unknown][] = [];
    const run = async (items: readonly number[]): Promise<void> => {
      if (items.some((item) => failing.includes(item))) throw error;
      applied.push(...items);
    };
    const running = (items: readonly number[]) =>
      inHalves(items, run, (item, cause) => void refused.push([item, cause]));
    return { applied, refused, running, error };
  };

  it('is applied to all lanes except those that the database refuses', async () => {
    const { applied, refused, running, error } = scene([2, 7]);
    await running([1, 2, 3, 4, 5, 6, 7]);
    expect(applied).toEqual([1, 3, 4, 5, 6]);
    expect(refused).toEqual([
      [2, error],
      [7, error],
    ]);
  });

  it('is not run without lanes', async () => {
    const { running } = scene([]);
    await inHalves(
      [],
      () => Promise.reject(refusal()),
      () => undefined,
    );
    await running([]);
  });

  it('is given up at once if the database is not available', async () => {
    const { applied, refused, running, error } = scene([2], outage());
    await expect(running([1, 2, 3])).rejects.toBe(error);
    expect([applied, refused]).toEqual([[], []]);
  });
});
