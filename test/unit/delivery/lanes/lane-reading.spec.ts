import { describe, expect, it } from '@jest/globals';
import type { QueuedDelivery } from '../../../lib/persistence/lane-store.js';
import { deliver, laneOf, NOW, queued, read, rows } from '../../support/lanes.js';

describe('Lane', () => {
  describe('reading', () => {
    it('goes on where it was, and leaves out what is in hand when it starts over', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      const { limit } = lane.nextRead(NOW)!;
      lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: rows(limit) }, limit);
      for (let sent = 0; sent < limit - 2; sent++) lane.next(NOW);
      const second = lane.nextRead(NOW)!;
      expect(second.after).toEqual({ dueAt: 1_000, deliveryId: limit });
      lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: [] }, second.limit);
      lane.told();
      const third = lane.nextRead(NOW)!;
      expect(third).toMatchObject({ after: { dueAt: -1, deliveryId: -1 }, limit: limit + limit });
      lane.accept({ transportId: 1, version: 1, nextDueAt: null, rows: rows(limit + 1) }, third.limit);
      expect(lane.readyCount).toBe(3);
    });

    it('reads one thing at a time, and nothing while it has plenty', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      const { limit } = lane.nextRead(NOW)!;
      expect(lane.nextRead(NOW)).toBeUndefined();
      lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: rows(limit) }, limit);
      expect(lane.nextRead(NOW)).toBeUndefined();
    });

    it('reads no more at the end of the queue until there is a reason', () => {
      const lane = laneOf();
      read(lane, [], { nextDueAt: NOW + 100 });
      expect(lane.nextRead(NOW + 99)).toBeUndefined();
      expect(lane.nextRead(NOW + 100)).toBeDefined();
    });

    it('tells what is behind an earlier one of its key, once, and does not send it', () => {
      const lane = laneOf();
      const key = { orderingKey: 'k' };
      const behind = queued(2, { ...key, behind: true });
      expect(read(lane, [queued(1, key), behind]).behind).toEqual([behind]);
      expect(lane.readyCount).toBe(1);
      lane.told();
      expect(read(lane, [queued(1, key), behind]).behind).toEqual([]);
    });

    it('looks again for the next of a key when one has ended', () => {
      const lane = laneOf();
      read(lane, [queued(1, { orderingKey: 'k' })]);
      expect(lane.nextRead(NOW)).toBeUndefined();
      deliver(lane);
      expect(lane.nextRead(NOW)).toBeDefined();
    });

    it('is not misled by a read that still shows what was recorded meanwhile', () => {
      const lane = laneOf();
      read(lane, rows(1));
      lane.told();
      const { limit } = lane.nextRead(NOW)!;
      deliver(lane, NOW + 50);
      lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: rows(1) }, limit);
      expect(lane.readyCount).toBe(0);
      expect(lane.release(NOW)).toMatchObject({ dueAt: NOW + 50 });
    });

    it.each(['while it reads', 'between two reads'])(
      'starts over for a retry that was dated before the cursor %s',
      (when) => {
        const lane = laneOf({ maxConcurrency: 1 });
        const { limit } = lane.nextRead(NOW)!;
        const first = rows(limit);
        lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: first }, limit);
        const sent = first.map(() => lane.next(NOW));
        const [retry, ...others] = sent as [QueuedDelivery, ...QueuedDelivery[]];
        for (const delivery of others) lane.recorded(delivery, null);
        const late = (from: number) =>
          Array.from({ length: limit }, (_, index) => queued(from + index, { dueAt: 5_000 }));
        const second = lane.nextRead(NOW)!;
        if (when === 'while it reads') lane.recorded(retry, 4_000);
        lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: late(101) }, second.limit);
        if (when === 'between two reads') lane.recorded(retry, 4_000);
        while (lane.readyCount > 0) lane.recorded(lane.next(NOW), null);
        const third = lane.nextRead(NOW)!;
        expect(third.after).toMatchObject({ dueAt: 5_000 });
        lane.accept({ transportId: 1, version: 0, nextDueAt: null, rows: [] }, third.limit);
        expect(lane.release(NOW)).toBeUndefined();
        expect(lane.nextRead(NOW)).toMatchObject({ after: { dueAt: -1, deliveryId: -1 } });
      },
    );

    it('starts over after a read that failed', () => {
      const lane = laneOf();
      lane.nextRead(NOW);
      lane.readFailed();
      expect(lane.nextRead(NOW)).toMatchObject({ after: { dueAt: -1, deliveryId: -1 } });
    });
  });
});
