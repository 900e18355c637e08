import { describe, expect, it } from '@jest/globals';
import { LaneScan } from '../../../../lib/delivery/lanes/lane-scan.js';
import type { RowJudge } from '../../../../lib/delivery/lanes/scan-rows.js';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../../../lib/persistence/ports/record-store.js';
import { queued } from '../../../support/lanes.js';

const NOW = 1_000_000;
const OVERLAP_MS = 60_000;
const READ_AHEAD = 2;
const SENDABLE: RowJudge = { hasCrashed: () => false, isUnrecorded: () => false };

/** Where a scan begins: before every row that is due then. */
const from = (dueAt: number) => ({ dueAt, deliveryId: -1 });
const row = (deliveryId: number, dueAt: number, delivery: Partial<QueuedDelivery> = {}) =>
  queued(deliveryId, { dueAt, ...delivery });

/** A scan with a clock; the elapsed clock begins at 0, when the lane is claimed. */
class Scene {
  now = NOW;
  elapsed = 0;
  version = 0;
  readonly scan: LaneScan;

  constructor(scanFrom = -1) {
    this.scan = new LaneScan(scanFrom, 0, 0);
  }

  pass(ms: number): void {
    this.now += ms;
    this.elapsed += ms;
  }

  begin() {
    return this.scan.nextRead(1, this.now, this.elapsed, READ_AHEAD);
  }

  /** Reads these rows. @returns where the read began; undefined: there was nothing to read */
  read(rows: readonly QueuedDelivery[] = [], judge = SENDABLE, nextDueAt: number | null = null) {
    const request = this.begin();
    if (request) this.accept(rows, request.limit, judge, nextDueAt);
    return request?.after;
  }

  accept(rows: readonly QueuedDelivery[], limit: number, judge = SENDABLE, nextDueAt: number | null = null) {
    const reading = { transportId: 1, version: this.version, requestsVersion: 0, nextDueAt, rows };
    return this.scan.acceptRows(reading, limit, this.now, judge);
  }

  /** Has everything that is ready sent and recorded as delivered. */
  deliver(): void {
    while (this.scan.first) this.scan.recorded(this.scan.take(), null);
  }

  /** The result of the scan, with which the lane is released. */
  result() {
    return this.scan.result(this.now);
  }
}

describe('LaneScan', () => {
  describe('beginning a scan', () => {
    it('begins at the head if nobody has read the lane before', () => {
      expect(new Scene().read()).toEqual(from(-1));
    });

    it('begins at the date up to which the previous holder has read, less the overlap, since rows commit out of order', () => {
      expect(new Scene(NOW - 5_000).read()).toEqual(from(NOW - 5_000 - OVERLAP_MS));
    });

    it('begins again at the time at which the previous scan began, less the overlap', () => {
      const scene = new Scene();
      scene.read([row(1, NOW - 5_000)]);
      scene.pass(2_000);
      scene.scan.notifyWorkAdded();
      expect(scene.read()).toEqual(from(NOW - OVERLAP_MS));
    });

    it('covers rows that were committed while a long scan was under way', () => {
      const scene = new Scene();
      scene.read([row(1, 1), row(2, 2)]);
      scene.pass(9_000);
      scene.read();
      scene.scan.notifyWorkAdded();
      expect(scene.read()).toEqual(from(NOW - OVERLAP_MS));
      scene.deliver();
      expect(scene.scan.scanFrom).toBe(NOW + 9_000);
    });

    it('begins at the head every ten seconds, in case a row was committed later than the overlap', () => {
      const scene = new Scene(NOW);
      scene.pass(9_999);
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(false);
      expect(scene.read()).toEqual(from(NOW - OVERLAP_MS));
      scene.pass(1);
      scene.scan.notifyWorkAdded();
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(true);
      expect(scene.read()).toEqual(from(-1));
    });

    it('says that a read may be slow only if it enters the queue at the head once more', () => {
      const scene = new Scene();
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(false);
      scene.read([row(1, 1), row(2, 2)]);
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(false);
      scene.read();
      scene.pass(10_000);
      scene.scan.notifyWorkAdded();
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(true);
      scene.read([row(1, 1), row(2, 2), row(3, 3), row(4, 4)]);
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(false);
    });

    it('begins at the present time less the overlap if the clock was set back', () => {
      const scene = new Scene(NOW);
      scene.now = NOW - 600_000;
      expect(scene.read()).toEqual(from(NOW - 600_000 - OVERLAP_MS));
    });

    it('counts the ten seconds from the claim and from each scan that began at the head', () => {
      const scan = new LaneScan(NOW, 50_000, 0);
      expect([59_999, 60_000].map((elapsed) => scan.repeatsFromHead(elapsed))).toEqual([false, true]);
      const scene = new Scene(NOW);
      scene.pass(10_000);
      expect(scene.read()).toEqual(from(-1));
      scene.pass(9_999);
      scene.scan.notifyWorkAdded();
      expect(scene.scan.repeatsFromHead(scene.elapsed)).toBe(false);
    });

    it('begins at the head again if the scan from there failed', () => {
      const scene = new Scene(NOW);
      scene.pass(10_000);
      expect(scene.begin()!.after).toEqual(from(-1));
      scene.scan.failed();
      expect(scene.read()).toEqual(from(-1));
    });

    it('begins again where the scan began if one of its later reads failed', () => {
      const scene = new Scene(NOW - 5_000);
      const { after } = scene.begin()!;
      scene.accept([row(1, NOW - 100), row(2, NOW - 50)], READ_AHEAD);
      scene.begin();
      scene.scan.failed();
      expect(scene.read()).toEqual(after);
    });

    it('reads as many additional rows as are in hand or set aside', () => {
      const scene = new Scene();
      scene.read([row(1, 100), row(2, 200)]);
      scene.scan.setAside(scene.scan.take());
      scene.read();
      scene.scan.notifyWorkAdded();
      expect(scene.begin()!.limit).toBe(READ_AHEAD + 2);
    });

    it('begins again at the same place if its first read failed', () => {
      for (const scanFrom of [-1, NOW - 5_000]) {
        const scene = new Scene(scanFrom);
        const { after } = scene.begin()!;
        scene.scan.failed();
        expect(scene.scan.scanFrom).toBe(scanFrom);
        expect(scene.read()).toEqual(after);
      }
    });
  });

  describe('scanFrom, where the next holder begins,', () => {
    it('is the date that the previous holder wrote, until the first read has ended', () => {
      const scene = new Scene(NOW - 5_000);
      scene.begin();
      expect(scene.scan.scanFrom).toBe(NOW - 5_000);
    });

    it('is the due date of the first delivery in hand or set aside', () => {
      const scene = new Scene();
      scene.read([row(1, 100)]);
      expect(scene.scan.scanFrom).toBe(100);
      const delivery = scene.scan.take();
      scene.scan.setAside(delivery);
      expect(scene.scan.scanFrom).toBe(100);
      scene.scan.recorded(delivery, null);
      expect(scene.scan.scanFrom).toBe(NOW);
    });

    it('is the earliest due date of several deliveries that are set aside', () => {
      const scene = new Scene();
      scene.read([row(1, 100), row(2, 200)]);
      scene.scan.setAside(scene.scan.take());
      scene.scan.setAside(scene.scan.take());
      expect(scene.scan.scanFrom).toBe(100);
    });

    it.each(['returned', 'dropReady'] as const)(
      'is the due date of a delivery that was given up: %s',
      (way) => {
        const scene = new Scene();
        scene.read([row(1, 100)]);
        if (way === 'returned') scene.scan.returned(scene.scan.take());
        else scene.scan.dropReady();
        expect(scene.scan.scanFrom).toBe(100);
        expect(scene.result()).toBeUndefined();
      },
    );

    it('is the due date of a delivery that was given up, until another scan has reached it', () => {
      const scene = new Scene(NOW);
      scene.read([row(7, NOW - 1)]);
      const given = scene.scan.take();
      scene.scan.returned({ ...given, dueAt: 500 });
      const { limit } = scene.begin()!;
      expect(scene.scan.scanFrom).toBe(500);
      scene.accept([row(1, 100), row(2, 200)], limit);
      expect(scene.scan.scanFrom).toBe(100);
      scene.deliver();
      expect(scene.scan.scanFrom).toBe(500);
      scene.read([row(3, 600)]);
      scene.deliver();
      expect(scene.scan.scanFrom).toBe(NOW);
    });
  });

  describe('after the scan has gone past a due date', () => {
    /** Minutes later a scan has ended near the present time, so the next one does not begin where the delivery is due. */
    const later = (scene: Scene): void => {
      scene.pass(600_000);
      scene.scan.notifyWorkAdded();
      scene.read();
      expect(scene.result()).toEqual({ version: 0, dueAt: null });
    };

    it('finds a retry whose record was set aside for minutes', () => {
      const scene = new Scene();
      scene.read([row(1, NOW - 1)]);
      const delivery = scene.scan.take();
      scene.scan.setAside(delivery);
      later(scene);
      scene.scan.recorded(delivery, NOW + 5_000);
      expect(scene.result()).toBeUndefined();
      expect(scene.read()!.dueAt).toBeLessThan(NOW + 5_000);
    });

    it('finds a retry that is due at the date of the last row that was read', () => {
      const scene = new Scene();
      scene.read([row(1, 100), row(2, 200)]);
      // The scan goes on after the second row, but this one comes before it.
      scene.scan.recorded(scene.scan.take(), 200);
      scene.deliver();
      scene.read();
      expect(scene.result()).toBeUndefined();
      expect(scene.read()!.dueAt).toBeLessThan(200);
    });

    it('finds a delivery that was not parked after all, since its predecessor had ended', () => {
      const scene = new Scene();
      const behind = row(2, 200, { orderingKey: 'till-1', behind: true });
      const { limit } = scene.begin()!;
      expect(scene.accept([behind], limit).behind).toEqual([behind]);
      scene.scan.parked(behind);
      expect(scene.result()).toBeUndefined();
      expect(scene.read([row(2, 200, { orderingKey: 'till-1' })])!.dueAt).toBeLessThan(200);
      expect(scene.scan.readyCount).toBe(1);
    });

    it('leaves out what was recorded while it was read, unless it is shown with another due date', () => {
      const scene = new Scene();
      scene.read([row(1, 100), row(2, 200)]);
      const [first, second] = [scene.scan.take(), scene.scan.take()];
      scene.scan.notifyWorkAdded();
      const { limit } = scene.begin()!;
      scene.scan.recorded(first, null);
      scene.scan.recorded(second, null);
      // Since then, the second was moved back from the log.
      scene.accept([row(1, 100), row(2, NOW - 1)], limit);
      expect(scene.scan.readyCount).toBe(1);
      expect(scene.scan.first).toMatchObject({ deliveryId: 2, dueAt: NOW - 1 });
    });

    it('sends a delivery that was recorded before the read, and is in the queue again with its old due date', () => {
      const scene = new Scene();
      scene.read([row(1, 100)]);
      scene.deliver();
      scene.scan.notifyWorkAdded();
      scene.read([row(1, 100)]);
      expect(scene.scan.readyCount).toBe(1);
    });

    it('makes the lane due when its parked deliveries are, if it has no others', () => {
      const scene = new Scene();
      const behind = row(2, 200, { orderingKey: 'till-1', behind: true });
      scene.read([behind]);
      scene.scan.parked(behind);
      scene.read([], SENDABLE, PARKED_DUE_AT);
      expect(scene.result()).toEqual({ version: 0, dueAt: PARKED_DUE_AT });
    });

    it('looks for an orphaned delivery from the head, since nobody knows when it is due', () => {
      const scene = new Scene();
      scene.read([row(1, NOW - 1)]);
      const delivery = scene.scan.take();
      later(scene);
      scene.scan.orphaned(delivery);
      expect(scene.scan.scanFrom).toBe(-1);
      expect(scene.read([row(1, 500, { attempts: 1 })])).toEqual(from(-1));
      expect(scene.scan.readyCount).toBe(1);
    });
  });

  describe('deliveries whose outcome cannot be recorded', () => {
    const unrecorded: RowJudge = {
      hasCrashed: () => false,
      isUnrecorded: ({ deliveryId }) => deliveryId === 1,
    };

    it('do not keep the lane from its release, and are not sent again when they are read again', () => {
      const scene = new Scene();
      scene.read([row(1, 100), row(2, 200)]);
      scene.scan.setAside(scene.scan.take());
      expect([scene.scan.isEmptyHanded, scene.scan.asideCount]).toEqual([false, 1]);
      scene.deliver();
      expect(scene.scan.isEmptyHanded).toBe(true);
      scene.scan.notifyWorkAdded();
      scene.read([row(1, 100)], unrecorded);
      expect(scene.scan.readyCount).toBe(0);
    });

    it('are left out by the next lane of this process, until they are recorded', () => {
      const scene = new Scene(100);
      scene.read([row(1, 100)], unrecorded);
      expect([scene.scan.readyCount, scene.scan.asideCount, scene.scan.scanFrom]).toEqual([0, 1, 100]);
      scene.scan.recorded(row(1, 100), NOW + 50);
      expect([scene.scan.asideCount, scene.result()]).toEqual([0, { version: 0, dueAt: NOW + 50 }]);
      scene.pass(50);
      scene.read([row(1, NOW + 50, { attempts: 1 })]);
      expect(scene.scan.readyCount).toBe(1);
    });
  });
});
