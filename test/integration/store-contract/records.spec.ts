import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { QueuedDelivery } from '../../../lib/persistence/ports/lane-store.js';
import type { AttemptRecord } from '../../../lib/persistence/ports/record-store.js';
import { classify } from '../../../lib/persistence/errors/driver-errors.js';
import { crashed, delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const NOTHING_MISSING = { orphaned: new Set(), locked: new Set(), requested: new Set() };

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

      it('moves delivered and failed deliveries to the log, and gives those that are tried again a new date in the queue', async () => {
        const [first, second, third] = deliveries as [QueuedDelivery, QueuedDelivery, QueuedDelivery];
        const nextDueAt = third.dueAt + 60_000;
        await record(delivered(first), failed(second, 'EXHAUSTED'), retried(third, nextDueAt));
        expect(await fixture.deliveries()).toMatchObject([
          {
            status: 'DELIVERED',
            reason: null,
            attempts: 1,
            due_at: null,
            finished_at: first.dueAt + 30,
          },
          {
            status: 'FAILED',
            reason: 'EXHAUSTED',
            attempts: 1,
            due_at: null,
            finished_at: second.dueAt + 30,
          },
          {
            status: 'PENDING',
            reason: null,
            attempts: 1,
            due_at: nextDueAt,
            finished_at: null,
          },
        ]);
        expect(await fixture.rows('webhook_delivery')).toHaveLength(2);
        expect(await fixture.rows('webhook_queue')).toEqual([
          expect.objectContaining({ delivery_id: third.deliveryId, due_at: nextDueAt, attempts: 1 }),
        ]);
      });

      it('repeats an attempt that did not count, under the same number, and counts how often', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await fixture.stores.lanes.note(first, 3);
        const [again, last] = [first.dueAt + 1_000, first.dueAt + 2_000];
        expect(await record(crashed(first, again))).toEqual(NOTHING_MISSING);
        const queue = () => fixture.rowsWith('webhook_queue', { delivery_id: first.deliveryId });
        expect(await queue()).toMatchObject([
          { due_at: again, attempts: 0, lost_attempts: 1, noted_token: 0 },
        ]);
        expect(await fixture.rows('webhook_delivery')).toEqual([]);
        await record(crashed({ ...first, dueAt: again }, last));
        expect(await queue()).toMatchObject([{ due_at: last, attempts: 0, lost_attempts: 2 }]);
        expect(await fixture.rows('webhook_attempt')).toMatchObject([
          { number: 1, error_code: 'WORKER_CRASHED' },
          { number: 1, error_code: 'WORKER_CRASHED' },
        ]);
        // An attempt that counts ends the series.
        await record(retried({ ...first, dueAt: last }, last + 1));
        expect(await queue()).toMatchObject([{ attempts: 1, lost_attempts: 0, noted_token: 0 }]);
      });

      it('postpones deliveries that could not be attempted, without an attempt', async () => {
        const [first, second, third] = deliveries as [QueuedDelivery, QueuedDelivery, QueuedDelivery];
        await record(retried(third, third.dueAt));
        const nextDueAt = first.dueAt + 60_000;
        // Another recorder has recorded an attempt of the third one meanwhile.
        const postponed = [first, third].map((delivery) => ({ ...delivery, nextDueAt }));
        const result = await fixture.stores.records.record(
          group({ postponed, attempts: [delivered(second)] }),
        );
        expect(result).toEqual({
          orphaned: new Set([third.deliveryId]),
          locked: new Set(),
          requested: new Set(),
        });
        expect(await fixture.rows('webhook_queue')).toMatchObject([
          { delivery_id: first.deliveryId, due_at: nextDueAt, attempts: 0, lost_attempts: 0 },
          { delivery_id: third.deliveryId, due_at: third.dueAt, attempts: 1 },
        ]);
        expect(await fixture.deliveries()).toMatchObject([
          { status: 'PENDING', due_at: nextDueAt, attempts: 0 },
          { status: 'DELIVERED' },
          { due_at: third.dueAt, attempts: 1 },
        ]);
        expect(await fixture.attempts()).toHaveLength(2);
        await fixture.stores.records.record(
          group({ postponed: [{ ...first, dueAt: nextDueAt, nextDueAt: 7 }] }),
        );
        expect(await fixture.rowsWith('webhook_queue', { due_at: 7 })).toHaveLength(1);
      });

      it('refuses a counted attempt if one with its number and start is stored, and writes nothing', async () => {
        const [first, second] = deliveries as [QueuedDelivery, QueuedDelivery];
        await record(crashed(first, first.dueAt + 1_000));
        const clash = retried({ ...first, dueAt: first.dueAt + 1_000 }, 99_999, {
          startedAt: first.dueAt + 10,
        });
        const error: unknown = await record(delivered(second), clash).catch((thrown: unknown) => thrown);
        expect(classify(error)).toBe('unique');
        expect(await fixture.rows('webhook_attempt')).toHaveLength(1);
        expect(await fixture.rows('webhook_queue')).toHaveLength(3);
      });

      it('stores each attempt with all of its fields', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await record(retried(first, first.dueAt + 1));
        await record(failed({ ...first, attempts: 1, dueAt: first.dueAt + 1 }, 'EXHAUSTED'));
        expect(
          (await fixture.attempts()).map(({ orphaned, ...row }) => ({
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
            error_message: 'No response in time.',
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
            expect(await record(before)).toEqual(NOTHING_MISSING);
          }
          const [queue, log] = [await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')];
          await record(second(first), second(next));
          expect(await fixture.rows('webhook_queue')).toEqual(queue);
          expect(await fixture.rows('webhook_delivery')).toEqual(log);
          const attempts = await fixture.attempts();
          expect(attempts.filter((row) => row['orphaned'])).toMatchObject([
            { delivery_id: first.deliveryId, number: 1, started_at: 77 },
            { delivery_id: next.deliveryId, number: 1, started_at: 77 },
          ]);
          expect(attempts).toHaveLength(4);
        },
      );

      it('recognizes a second recorder by the number of attempts, also if the date is the same', async () => {
        const [first] = deliveries as [QueuedDelivery];
        await record(retried(first, first.dueAt));
        const [queue, log] = [await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')];
        const orphans = { orphaned: new Set([first.deliveryId]), locked: new Set(), requested: new Set() };
        expect(await record(retried(first, 99_999, { startedAt: 77 }))).toEqual(orphans);
        expect(await record(delivered(first, { startedAt: 78 }))).toEqual(orphans);
        expect(await fixture.rows('webhook_queue')).toEqual(queue);
        expect(await fixture.rows('webhook_delivery')).toEqual(log);
      });

      it('can be repeated when it is unknown whether it was committed', async () => {
        const [first, second, third] = deliveries as [QueuedDelivery, QueuedDelivery, QueuedDelivery];
        await fixture.queue({});
        const fourth = (await fixture.due(transport))[3]!;
        const attempts = [delivered(first), retried(second, second.dueAt + 60_000)];
        await record(...attempts);
        await record(failed(third, 'EXHAUSTED'), crashed(fourth, fourth.dueAt + 1_000));
        const tables = () =>
          Promise.all(
            (['webhook_queue', 'webhook_delivery', 'webhook_attempt'] as const).map((t) => fixture.rows(t)),
          );
        const before = await tables();
        expect(await record(...attempts)).toEqual(NOTHING_MISSING);
        const others = [failed(third, 'EXHAUSTED'), crashed(fourth, fourth.dueAt + 1_000)];
        expect(await record(...others)).toEqual(NOTHING_MISSING);
        expect(await tables()).toEqual(before);
      });

      it('logs the response of a deleted transport, and restores nothing', async () => {
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
        expect(await fixture.attempts()).toEqual([]);
      });

      it('records hundreds in a group', async () => {
        await fixture.queue(...Array.from({ length: 500 }, () => ({})));
        await record(...(await fixture.due(transport)).map((delivery) => delivered(delivery)));
        expect(await fixture.rows('webhook_queue')).toEqual([]);
        expect(await fixture.rowsWith('webhook_delivery', { status: 'DELIVERED' })).toHaveLength(503);
      });
    });

    it('does nothing for an empty group', async () => {
      expect(await fixture.stores.records.record(group({}))).toEqual(NOTHING_MISSING);
      expect(await fixture.rows('webhook_attempt')).toEqual([]);
    });
  });
});
