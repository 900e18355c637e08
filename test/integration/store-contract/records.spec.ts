import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { QueuedDelivery } from '../../../lib/persistence/lane-store.js';
import type { AttemptRecord } from '../../../lib/persistence/record-store.js';
import { delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('RecordStore', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let transport: HttpTransportEntity;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
    });
    afterAll(() => fixture.close());

    const record = (...attempts: AttemptRecord[]) => fixture.stores.records.record(group({ attempts }));
    const dueDeliveries = async (
      ...events: { orderingKey?: string }[]
    ): Promise<readonly QueuedDelivery[]> => {
      await fixture.queue(...events);
      return fixture.due(transport);
    };

    describe('of unordered deliveries', () => {
      let deliveries: readonly QueuedDelivery[];
      beforeEach(async () => {
        await fixture.webhook(transport);
        deliveries = await dueDeliveries({}, {}, {});
      });

      it('ends what was delivered and what failed, and dates anew what is tried again, in queue and log alike', async () => {
        const [first, second, third] = deliveries as [QueuedDelivery, QueuedDelivery, QueuedDelivery];
        const nextDueAt = third.dueAt + 60_000;
        await record(delivered(first), failed(second, 'EXHAUSTED'), retried(third, nextDueAt));
        expect(await fixture.rows('webhook_delivery')).toMatchObject([
          {
            status: 'DELIVERED',
            reason: null,
            attempts: 1,
            due_at: null,
            last_status_code: 204,
            last_error_code: null,
            finished_at: first.dueAt + 30,
          },
          {
            status: 'FAILED',
            reason: 'EXHAUSTED',
            attempts: 1,
            due_at: null,
            last_status_code: null,
            last_error_code: 'TIMEOUT',
            finished_at: second.dueAt + 30,
          },
          {
            status: 'PENDING',
            reason: null,
            attempts: 1,
            due_at: nextDueAt,
            last_status_code: 500,
            last_error_code: null,
            finished_at: null,
          },
        ]);
        expect(await fixture.rows('webhook_queue')).toEqual([
          expect.objectContaining({ delivery_id: third.deliveryId, due_at: nextDueAt, attempts: 1 }),
        ]);
      });

      it('wipes out that attempts were lost: whatever came of this one, nobody died of it', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await fixture.stores.lanes.note(first);
        await record(retried(first, first.dueAt + 1));
        const rows = await fixture.rowsWith('webhook_queue', { delivery_id: first.deliveryId });
        expect(rows).toMatchObject([{ attempts: 1, lost_attempts: 0 }]);
      });

      it('keeps each attempt with all that is known of it', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await record(retried(first, first.dueAt + 1));
        await record(failed({ ...first, attempts: 1, dueAt: first.dueAt + 1 }, 'EXHAUSTED'));
        expect(
          (await fixture.rows('webhook_attempt')).map(({ orphaned, ...row }) => ({
            ...row,
            orphaned: !!orphaned,
          })),
        ).toEqual([
          {
            delivery_id: first.deliveryId,
            number: 1,
            started_at: first.dueAt + 10,
            duration_ms: 20,
            response_status_code: 500,
            response_headers: '{"server":"till"}',
            response_body: 'no',
            error_code: null,
            error_message: null,
            trigger: 'SCHEDULE',
            orphaned: false,
          },
          {
            delivery_id: first.deliveryId,
            number: 2,
            started_at: first.dueAt + 11,
            duration_ms: 20,
            response_status_code: null,
            response_headers: null,
            response_body: null,
            error_code: 'TIMEOUT',
            error_message: 'No answer in time.',
            trigger: 'SCHEDULE',
            orphaned: false,
          },
        ]);
      });

      it.each([
        ['an end', (delivery: QueuedDelivery) => failed(delivery, 'EXHAUSTED', { startedAt: 77 })],
        ['a retry', (delivery: QueuedDelivery) => retried(delivery, 99_999, { startedAt: 77 })],
      ])(
        'changes nothing with %s by a second recorder, and logs its attempt as orphaned',
        async (_, second) => {
          const [first, next] = deliveries as [QueuedDelivery, QueuedDelivery];
          for (const before of [delivered(first), retried(next, next.dueAt + 60_000)]) {
            expect(await record(before)).toEqual(new Set());
          }
          const [queue, log] = [await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')];
          await record(second(first), second(next));
          expect(await fixture.rows('webhook_queue')).toEqual(queue);
          expect(await fixture.rows('webhook_delivery')).toEqual(log);
          const attempts = await fixture.rows('webhook_attempt');
          expect(attempts.filter((row) => row['orphaned'])).toMatchObject([
            { delivery_id: first.deliveryId, number: 1, started_at: 77 },
            { delivery_id: next.deliveryId, number: 1, started_at: 77 },
          ]);
          expect(attempts).toHaveLength(4);
        },
      );

      it('knows a second recorder by the number of attempts, also where the date is the same', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await record(retried(first, first.dueAt));
        const [queue, log] = [await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')];
        const orphans = new Set([first.deliveryId]);
        expect(await record(retried(first, 99_999, { startedAt: 77 }))).toEqual(orphans);
        expect(await record(delivered(first, { startedAt: 78 }))).toEqual(orphans);
        expect(await fixture.rows('webhook_queue')).toEqual(queue);
        expect(await fixture.rows('webhook_delivery')).toEqual(log);
      });

      it('can be repeated when nobody knows whether it was committed', async () => {
        const [first, second] = deliveries as [QueuedDelivery, QueuedDelivery];
        const attempts = [delivered(first), retried(second, second.dueAt + 60_000)];
        await record(...attempts);
        const tables = () =>
          Promise.all(
            (['webhook_queue', 'webhook_delivery', 'webhook_attempt'] as const).map((t) => fixture.rows(t)),
          );
        const before = await tables();
        await record(...attempts);
        expect(await tables()).toEqual(before);
      });

      it('logs what a deleted transport answered, and revives nothing', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await fixture.removeTransport(transport);
        await record(retried(first, first.dueAt + 60_000));
        expect(await fixture.rows('webhook_queue')).toEqual([]);
        expect(await fixture.rowsWith('webhook_delivery', { status: 'CANCELLED' })).toHaveLength(3);
        expect(await fixture.rows('webhook_attempt')).toHaveLength(1);
      });

      it('writes all of a group or nothing', async () => {
        const [first, second] = deliveries as [QueuedDelivery, QueuedDelivery];
        const impossible = delivered(second, { status: null as unknown as 'DELIVERED' });
        await expect(record(delivered(first), impossible)).rejects.toHaveProperty('code');
        expect(await fixture.rows('webhook_queue')).toHaveLength(3);
        expect(await fixture.rows('webhook_attempt')).toEqual([]);
      });

      it('takes hundreds in a group', async () => {
        await fixture.queue(...Array.from({ length: 500 }, () => ({})));
        await record(...(await fixture.due(transport)).map((delivery) => delivered(delivery)));
        expect(await fixture.rows('webhook_queue')).toEqual([]);
        expect(await fixture.rowsWith('webhook_delivery', { status: 'DELIVERED' })).toHaveLength(503);
      });
    });

    describe('of transports', () => {
      const change = (part: object) =>
        fixture.stores.records.record(
          group({
            transports: [{ transportId: transport.id, blockedUntil: null, consecutiveFailures: 0, ...part }],
          }),
        );
      const stored = async () => (await fixture.rows('webhook_http_transport'))[0]!;
      const lane = async () => (await fixture.rows('webhook_lane'))[0]!;

      it('disables with the reason, once, and lets holders notice', async () => {
        const { version } = await stored();
        await change({ disabledReason: 'GONE' });
        expect(await stored()).toMatchObject({
          state: 'DISABLED',
          disabled_reason: 'GONE',
          version: Number(version) + 1,
          last_modified_at: 5_000,
        });
        await change({ disabledReason: 'FAILING' });
        expect(await stored()).toMatchObject({ disabled_reason: 'GONE', version: Number(version) + 1 });
      });

      it('notes when failing began and that it ended, without a new version', async () => {
        const { version, last_modified_at } = await stored();
        await change({ failingSince: 1_234 });
        expect(await stored()).toMatchObject({
          failing_since: 1_234,
          version,
          last_modified_at,
          state: 'ACTIVE',
        });
        await change({ blockedUntil: 1 });
        expect(await stored()).toMatchObject({ failing_since: 1_234 });
        await change({ failingSince: null });
        expect(await stored()).toMatchObject({ failing_since: null, version });
      });

      it('blocks the lane until the latest date that was asked for', async () => {
        await change({ blockedUntil: 9_000, consecutiveFailures: 3 });
        expect(await lane()).toMatchObject({ blocked_until: 9_000, consecutive_failures: 3 });
        await change({ blockedUntil: 7_000, consecutiveFailures: 4 });
        expect(await lane()).toMatchObject({ blocked_until: 9_000, consecutive_failures: 4 });
      });

      it('ignores news of a transport that is deleted', async () => {
        await fixture.removeTransport(transport);
        await change({ blockedUntil: 9_000, failingSince: 1, disabledReason: 'GONE' });
        expect(await fixture.rows('webhook_lane')).toEqual([]);
      });
    });

    it('does nothing for nothing', async () => {
      await fixture.stores.records.record(group({}));
      expect(await fixture.rows('webhook_attempt')).toEqual([]);
    });
  });
});
