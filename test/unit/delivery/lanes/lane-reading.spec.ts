import { describe, expect, it } from '@jest/globals';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { accept, at, deliver, laneOf, NOW, queued, read, rows } from '../../../support/lanes.js';

describe('Lane', () => {
  describe('reading', () => {
    it('continues after the last row, and leaves out deliveries in hand when it scans again', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      const { limit } = lane.nextRead(at(0))!;
      accept(lane, rows(limit), limit);
      for (let sent = 0; sent < limit - 2; sent++) lane.next(NOW);
      const second = lane.nextRead(at(0))!;
      expect(second.after).toEqual({ dueAt: 1_000, deliveryId: limit });
      accept(lane, [], second.limit);
      lane.notifyWorkAdded();
      const third = lane.nextRead(at(0))!;
      expect(third).toMatchObject({ after: { dueAt: -1, deliveryId: -1 }, limit: limit + limit });
      accept(lane, rows(limit + 1), third.limit, { version: 1 });
      expect(lane.readyCount).toBe(3);
    });

    it('has one read under way at a time, and none while it has plenty of rows', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      const { limit } = lane.nextRead(at(0))!;
      expect(lane.nextRead(at(0))).toBeUndefined();
      accept(lane, rows(limit), limit);
      expect(lane.nextRead(at(0))).toBeUndefined();
    });

    it('reads no more at the end of the queue until there is a reason', () => {
      const lane = laneOf();
      read(lane, [], { nextDueAt: NOW + 100 });
      expect(lane.nextRead(at(0, NOW + 99))).toBeUndefined();
      expect(lane.nextRead(at(0, NOW + 100))).toBeDefined();
    });

    it('returns a delivery that waits behind an earlier one of its key a single time, and does not send it', () => {
      const lane = laneOf();
      const key = { orderingKey: 'k' };
      const behind = queued(2, { ...key, behind: true });
      expect(read(lane, [queued(1, key), behind]).behind).toEqual([behind]);
      expect(lane.readyCount).toBe(1);
      lane.notifyWorkAdded();
      expect(read(lane, [queued(1, key), behind]).behind).toEqual([]);
    });

    it('stops reading while as many deliveries are being parked as one read returns', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      const { limit } = lane.nextRead(at(0))!;
      const behind = rows(limit).map((row) => ({ ...row, orderingKey: 'k', behind: true }));
      accept(lane, behind, limit);
      expect(lane.nextRead(at(0))).toBeUndefined();
      lane.parked(behind[0]!);
      expect(lane.nextRead(at(0))).toBeDefined();
    });

    it('scans again for the next delivery of a key when one has ended', () => {
      const lane = laneOf();
      read(lane, [queued(1, { orderingKey: 'k' })]);
      expect(lane.nextRead(at(0))).toBeUndefined();
      deliver(lane);
      expect(lane.nextRead(at(0))).toBeDefined();
    });

    it('leaves out a delivery that was recorded while the read was under way', () => {
      const lane = laneOf();
      read(lane, rows(1));
      lane.notifyWorkAdded();
      const { limit } = lane.nextRead(at(0))!;
      deliver(lane, NOW + 50);
      accept(lane, rows(1), limit);
      expect(lane.readyCount).toBe(0);
      expect(lane.release(NOW)).toMatchObject({ dueAt: NOW + 50 });
    });

    it.each(['during a read', 'between two reads'])(
      'scans again for a retry that is due before the cursor and was recorded %s',
      (when) => {
        const lane = laneOf({ maxConcurrency: 1 });
        const { limit } = lane.nextRead(at(0))!;
        const first = rows(limit);
        accept(lane, first, limit);
        const sent = first.map(() => lane.next(NOW));
        const [retry, ...others] = sent as [QueuedDelivery, ...QueuedDelivery[]];
        for (const delivery of others) lane.recorded(delivery, null);
        const late = (from: number) =>
          Array.from({ length: limit }, (_, index) => queued(from + index, { dueAt: 5_000 }));
        const second = lane.nextRead(at(0))!;
        if (when === 'during a read') lane.recorded(retry, 4_000);
        accept(lane, late(101), second.limit);
        if (when === 'between two reads') lane.recorded(retry, 4_000);
        while (lane.readyCount > 0) lane.recorded(lane.next(NOW), null);
        const third = lane.nextRead(at(0))!;
        expect(third.after).toMatchObject({ dueAt: 5_000 });
        accept(lane, [], third.limit);
        expect(lane.release(NOW)).toBeUndefined();
        expect(lane.nextRead(at(0))).toMatchObject({ after: { dueAt: -1, deliveryId: -1 } });
      },
    );

    it('begins again after a read that failed', () => {
      const lane = laneOf();
      lane.nextRead(at(0));
      lane.readFailed();
      expect(lane.nextRead(at(0))).toMatchObject({ after: { dueAt: -1, deliveryId: -1 } });
    });
  });
});
