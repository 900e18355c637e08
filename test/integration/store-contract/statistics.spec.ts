import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CountRow, Granularity } from '../../../lib/domain/statistics.js';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { QueuedDelivery } from '../../../lib/persistence/ports/lane-store.js';
import type { AttemptRecord } from '../../../lib/persistence/ports/record-store.js';
import { crashed, delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('StatisticStore', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let transport: HttpTransportEntity;
    let tenantId: number;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
      await fixture.webhook(transport);
      const [tenant] = await fixture.rows('webhook_tenant');
      tenantId = Number(tenant!.id);
    });
    afterAll(() => fixture.close());

    const record = (...attempts: AttemptRecord[]) => fixture.stores.records.record(group({ attempts }));
    const dueDeliveries = async (count: number): Promise<readonly QueuedDelivery[]> => {
      await fixture.queue(...Array.from({ length: count }, () => ({})));
      return fixture.due(transport);
    };
    const rollUp = async (): Promise<void> => {
      const { statistics } = fixture.stores;
      await statistics.rollUp(await statistics.groups(0, 1_000));
    };
    const counts = (granularity: Granularity, transportIds?: number[]): Promise<CountRow[]> =>
      fixture.stores.statistics.counts({
        tenantId,
        granularity,
        transportIds,
        action: undefined,
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
      });

    it('counts each outcome once, although a group is recorded and counted twice', async () => {
      const [first, second, third, fourth] = (await dueDeliveries(4)) as [
        QueuedDelivery,
        QueuedDelivery,
        QueuedDelivery,
        QueuedDelivery,
      ];
      const outcomes = [
        delivered(first),
        failed(second, 'EXHAUSTED'),
        retried(third, third.dueAt + 60_000),
        // An attempt that is repeated does not count.
        crashed(fourth, fourth.dueAt + 1_000),
      ];
      await record(...outcomes);
      await record(...outcomes);
      const { statistics } = fixture.stores;
      const groups = await statistics.groups(0, 1_000);
      await Promise.all([statistics.rollUp(groups), statistics.rollUp(groups)]);
      await rollUp();
      for (const granularity of ['minute', 'hour', 'day'] as const) {
        for (const transportIds of [undefined, [transport.id]]) {
          const rows = await counts(granularity, transportIds);
          expect(rows).toHaveLength(1);
          expect(rows[0]).toMatchObject({ delivered: 1, failed: 1, retried: 1, missed: 0 });
          expect(rows[0]!.attempts.reduce((sum, count) => sum + count, 0)).toBe(3);
          expect(rows[0]!.deliveries.reduce((sum, count) => sum + count, 0)).toBe(1);
        }
      }
      const ofAllTenants = {
        tenantId: 0,
        granularity: 'hour',
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
      } as const;
      const sums = await statistics.counts({ ...ofAllTenants, transportIds: undefined, action: undefined });
      expect(sums).toMatchObject([{ delivered: 1, failed: 1, retried: 1, missed: 0 }]);
      expect(await statistics.groups(0, 1)).toEqual([]);
    });

    it('adds to counts that exist, whichever histogram is longer', async () => {
      const [first, second] = (await dueDeliveries(2)) as [QueuedDelivery, QueuedDelivery];
      await record({ ...delivered(first), durationMs: 5_000 });
      await rollUp();
      await record({ ...delivered(second), durationMs: 2, startedAt: delivered(first).startedAt + 4_998 });
      await rollUp();
      const [row] = await counts('day');
      expect(row).toMatchObject({ delivered: 2 });
      expect(row!.attempts.flatMap((count, bucket) => (count > 0 ? [bucket] : []))).toHaveLength(2);
    });

    it('counts deliveries of many processes at once without a deadlock', async () => {
      const deliveries = await dueDeliveries(40);
      // Count the group that fan-out has written.
      await rollUp();
      for (const delivery of deliveries) await record(delivered(delivery));
      const { statistics } = fixture.stores;
      const groups = await statistics.groups(0, 1_000);
      expect(groups).toHaveLength(40);
      await Promise.all(groups.map((id) => statistics.rollUp([id])));
      const [row] = await counts('day');
      expect(row).toMatchObject({ delivered: 40 });
    });

    it('deletes old buckets, a bounded number at a time', async () => {
      const [first] = (await dueDeliveries(1)) as [QueuedDelivery];
      await record(delivered(first));
      await rollUp();
      const later = Number.MAX_SAFE_INTEGER;
      expect(await fixture.stores.statistics.deleteBefore('minute', later, 3)).toBe(true);
      expect(await fixture.stores.statistics.deleteBefore('minute', later, 3)).toBe(false);
      expect(await counts('minute')).toEqual([]);
      expect(await counts('hour')).toHaveLength(1);
    });
  });
});
