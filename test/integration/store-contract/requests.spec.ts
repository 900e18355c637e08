import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { QueuedDelivery } from '../../../lib/persistence/ports/lane-store.js';
import {
  PARKED_DUE_AT,
  type AttemptRecord,
  type QueueKey,
  type RecordResult,
} from '../../../lib/persistence/ports/record-store.js';
import type { RequestReading } from '../../../lib/persistence/ports/request-store.js';
import { delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const HOUR_MS = 3_600_000;
const NOTHING_MISSING: RecordResult = { orphaned: new Set(), locked: new Set(), requested: new Set() };

describe('RequestStore', () => {
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
      tenantId = await tenantIdOf('shop');
    });
    afterAll(() => fixture.close());

    const requests = () => fixture.stores.requests;
    const tenantIdOf = async (tenantUid: string): Promise<number> =>
      Number((await fixture.rowsWith('webhook_tenant', { tenant_uid: tenantUid }))[0]!['id']);
    const record = (...attempts: AttemptRecord[]) => fixture.stores.records.record(group({ attempts }));
    const request = (...keys: QueueKey[]) => requests().request(tenantId, keys, fixture.database.now());
    const read = async (afterId = 0, limit = 100): Promise<RequestReading> =>
      (await requests().read([{ transportId: transport.id, afterId, limit }]))[0]!;
    const idsOf = ({ rows }: RequestReading): number[] => rows.map(({ deliveryId }) => deliveryId);
    const lane = async () => (await fixture.rowsWith('webhook_lane', { transport_id: transport.id }))[0]!;
    const requested = async ({ deliveryId }: QueuedDelivery) =>
      (await fixture.rowsWith('webhook_queue', { delivery_id: deliveryId }))[0]?.['requested'];
    const queue = async (...events: { orderingKey?: string }[]): Promise<QueuedDelivery[]> => {
      await fixture.queue(...events);
      return [...(await fixture.due(transport))];
    };

    describe('marks pending deliveries', () => {
      it('once, without a change of key or attempts, and notes the new version of their lane', async () => {
        await fixture.webhook(transport);
        const [row, other] = (await queue({}, {})) as [QueuedDelivery, QueuedDelivery];
        const due = row.dueAt + HOUR_MS;
        await record(retried(row, due), delivered(other));
        await fixture.set('webhook_lane', { due_at: due }, { transport_id: transport.id });
        const { version } = await lane();
        const key = { ...row, dueAt: due };

        const now = fixture.database.now();
        expect(await requests().request(tenantId, [key], now)).toEqual(new Set([row.deliveryId]));
        expect(await fixture.rowsWith('webhook_queue', { delivery_id: row.deliveryId })).toMatchObject([
          { due_at: due, attempts: 1, requested: 'MANUAL' },
        ]);
        const expected = { due_at: now, version: Number(version) + 1, requests_version: Number(version) + 1 };
        expect(await lane()).toMatchObject(expected);
        expect(await request(key)).toEqual(new Set());
        expect(await lane()).toMatchObject(expected);
      });

      it('only if they belong to the tenant and have the due date with which they were read', async () => {
        await fixture.webhook(transport);
        const [row] = (await queue({})) as [QueuedDelivery];
        const other = await fixture.transport('elsewhere');
        await fixture.webhook(other);
        await fixture.queue({ tenantUid: 'elsewhere' });
        const [foreign] = await fixture.due(other);
        expect(await request(foreign!, { ...row, dueAt: row.dueAt + 1 }, { ...row, deliveryId: 1 })).toEqual(
          new Set(),
        );
        expect(await lane()).toMatchObject({ requests_version: 0 });
        // A held lane keeps the end of its lease as its due date.
        await fixture.set('webhook_lane', { holder: 'me', due_at: 77 }, { transport_id: transport.id });
        expect(await request(row)).toEqual(new Set([row.deliveryId]));
        expect(await lane()).toMatchObject({ due_at: 77, version: 2, requests_version: 2 });
      });

      it('exactly once for callers at the same time', async () => {
        await fixture.webhook(transport);
        const [row] = (await queue({})) as [QueuedDelivery];
        const results = await Promise.all(Array.from({ length: 8 }, () => request(row)));
        expect(results.filter(({ size }) => size === 1)).toHaveLength(1);
        expect(await lane()).toMatchObject({ version: 2 });
      });
    });

    it('reads requested deliveries regardless of their due dates, in the order of ids, page by page', async () => {
      await fixture.webhook(transport, { ordered: true });
      const rows = await queue({ orderingKey: 'k' }, { orderingKey: 'k' }, {}, {});
      const [head, behind, late, unrequested] = rows as [
        QueuedDelivery,
        QueuedDelivery,
        QueuedDelivery,
        QueuedDelivery,
      ];
      await fixture.stores.records.record(group({ parked: [behind] }));
      await record(retried(late, late.dueAt + HOUR_MS));
      await request(head, { ...behind, dueAt: PARKED_DUE_AT }, { ...late, dueAt: late.dueAt + HOUR_MS });

      const reading = await read();
      expect(reading.requestsVersion).toBe(Number((await lane())['requests_version']));
      expect(reading.rows).toEqual([
        { ...head, requested: 'MANUAL' },
        { ...behind, dueAt: PARKED_DUE_AT, behind: true, requested: 'MANUAL' },
        { ...late, dueAt: late.dueAt + HOUR_MS, attempts: 1, requested: 'MANUAL' },
      ]);
      expect(idsOf(await read(head.deliveryId, 1))).toEqual([behind.deliveryId]);
      expect((await fixture.due(transport)).map((row) => [row.deliveryId, row.requested])).toEqual([
        [head.deliveryId, 'MANUAL'],
        [unrequested.deliveryId, null],
      ]);
      expect(await requests().read([{ transportId: 987_654, afterId: 0, limit: 9 }])).toEqual([]);
    });

    it('does not read what a job has enqueued, which is sent in the order of due dates', async () => {
      await fixture.webhook(transport);
      const [one, two] = (await queue({}, {})) as [QueuedDelivery, QueuedDelivery];
      await fixture.set('webhook_queue', { requested: 'RECOVERY' }, { delivery_id: one.deliveryId });
      await record(delivered(two));
      await fixture.stores.deliveries.moveBack(tenantId, [two.deliveryId], one.dueAt + 1);
      expect(await lane()).toMatchObject({ version: 2, requests_version: 2 });
      expect(idsOf(await read())).toEqual([two.deliveryId]);
      expect((await fixture.due(transport)).map((row) => row.requested)).toEqual(['RECOVERY', 'MANUAL']);
    });

    it('resets the version of the requests unless another request came since', async () => {
      await fixture.webhook(transport);
      const [one, two] = (await queue({}, {})) as [QueuedDelivery, QueuedDelivery];
      await request(one);
      const { requestsVersion } = await read();
      await request(two);
      await requests().clear([{ transportId: transport.id, requestsVersion }]);
      expect(await lane()).toMatchObject({ requests_version: requestsVersion + 1 });
      await requests().clear([{ transportId: transport.id, requestsVersion: requestsVersion + 1 }]);
      expect(await lane()).toMatchObject({ requests_version: 0 });
      const [claimed] = await fixture.stores.lanes.claim({
        holder: 'me',
        leaseMs: 30_000,
        transportIds: [transport.id],
      });
      expect(claimed).toMatchObject({ requestsVersion: 0 });
    });

    it('returns for each delivery whether it is pending or ended, and what is left of its event', async () => {
      const { webhookUid } = await fixture.webhook(transport);
      const [pending, ended] = (await queue({}, {})) as [QueuedDelivery, QueuedDelivery];
      await record(delivered(ended));
      const common = { transportId: transport.id, requested: null, transportState: 'ACTIVE' };
      const intact = { ...common, hasWebhook: true, hasPayload: true };
      const facts = async (...ids: number[]) =>
        (await requests().facts(tenantId, [transport.id], ids)).sort((a, b) => a.deliveryId - b.deliveryId);
      const both = [pending.deliveryId, ended.deliveryId];
      expect(await facts(...both, ...both, 1)).toEqual([
        { ...intact, deliveryId: pending.deliveryId, dueAt: pending.dueAt },
        { ...intact, deliveryId: ended.deliveryId, dueAt: null },
      ]);
      const elsewhere = await fixture.transport('elsewhere');
      expect(await requests().facts(await tenantIdOf('elsewhere'), [elsewhere.id], both)).toEqual([]);

      await request(pending);
      await fixture.changeState(transport, 'PAUSED');
      await fixture.set('webhook_event', { body: '', expunged_at: 1 }, { id: ended.eventId });
      expect(await facts(...both)).toMatchObject([
        { requested: 'MANUAL', transportState: 'PAUSED', hasPayload: true },
        { requested: null, transportState: 'PAUSED', hasPayload: false },
      ]);
      await fixture.query(`DELETE FROM ${fixture.database.table('webhook_webhook')} WHERE webhook_uid = ?`, [
        webhookUid,
      ]);
      expect(await facts(ended.deliveryId)).toMatchObject([{ hasWebhook: false }]);
      await fixture.removeTransport(transport);
      expect(await facts(...both)).toMatchObject([
        { dueAt: null, transportState: null },
        { dueAt: null, transportState: null },
      ]);
    });

    describe('and the records of attempts', () => {
      let row: QueuedDelivery;
      beforeEach(async () => {
        await fixture.webhook(transport);
        [row] = (await queue({}, {})) as [QueuedDelivery, QueuedDelivery];
      });
      const asRequested = (changes: Partial<QueuedDelivery> = {}): QueuedDelivery => ({
        ...row,
        requested: 'MANUAL',
        ...changes,
      });

      it('keeps a request that came while an attempt of the schedule was in flight and failed', async () => {
        await request(row);
        const due = row.dueAt + HOUR_MS;
        expect(await record(retried(row, due))).toEqual(NOTHING_MISSING);
        expect(await requested(row)).toBe('MANUAL');
        expect((await read()).rows).toMatchObject([{ dueAt: due, attempts: 1 }]);
      });

      it('makes a retry due when its late outcome is recorded, not before: a new holder may have scanned past the earlier date', async () => {
        await request(row);
        const now = row.dueAt + HOUR_MS;
        const attempts = [retried(asRequested(), row.dueAt + 1)];
        await fixture.stores.records.record(group({ attempts, now }));
        expect(await fixture.rowsWith('webhook_queue', { delivery_id: row.deliveryId })).toMatchObject([
          { due_at: now, attempts: 1, requested: null },
        ]);
      });

      it('clears a request with the attempt that was requested, also if that is written twice', async () => {
        await request(row);
        const due = row.dueAt + HOUR_MS;
        const outcome = retried(asRequested(), due);
        expect(await record(outcome)).toEqual(NOTHING_MISSING);
        expect(await requested(row)).toBeNull();
        expect(await fixture.attempts()).toMatchObject([{ number: 1, trigger: 'MANUAL' }]);
        // The COMMIT was not confirmed, and another redelivery was requested meanwhile.
        await request({ ...row, dueAt: due });
        expect(await record(outcome)).toEqual(NOTHING_MISSING);
        expect(await requested(row)).toBe('MANUAL');
        expect(await fixture.attempts()).toHaveLength(1);
      });

      it('drops the request for a delivery that the attempt in flight delivers', async () => {
        await request(row);
        expect(await record(delivered(row))).toEqual(NOTHING_MISSING);
        expect(await fixture.rowsWith('webhook_queue', { delivery_id: row.deliveryId })).toEqual([]);
        expect(await fixture.attempts()).toMatchObject([{ trigger: 'SCHEDULE' }]);
        expect(idsOf(await read())).toEqual([]);
      });

      it.each([
        ['in a group of ends', []],
        ['in any other group', [1]],
      ])('does not end a delivery without success while a request waits, %s', async (_, others) => {
        const other = (await fixture.due(transport))[1]!;
        await request(row);
        const ends = failed(row, 'EXHAUSTED');
        const rest = others.map(() => retried(other, other.dueAt + 1));
        expect(await record(ends, ...rest)).toEqual({
          ...NOTHING_MISSING,
          requested: new Set([row.deliveryId]),
        });
        expect(await fixture.rowsWith('webhook_queue', { delivery_id: row.deliveryId })).toMatchObject([
          { due_at: row.dueAt, attempts: 0, requested: 'MANUAL' },
        ]);
        expect(await fixture.attempts()).toHaveLength(others.length);
        // The requested attempt ends it.
        expect(await record(failed(asRequested(), 'EXHAUSTED'))).toEqual(NOTHING_MISSING);
        expect(await fixture.rows('webhook_delivery')).toMatchObject([
          { status: 'FAILED', attempts: 1, trigger: 'MANUAL' },
        ]);
      });

      it('leaves the next delivery of the key parked while a request keeps the head from ending', async () => {
        const ordered = await fixture.transport();
        await fixture.webhook(ordered, { ordered: true });
        await fixture.queue({ orderingKey: 'k' }, { orderingKey: 'k' });
        const [head, next] = (await fixture.due(ordered)) as [QueuedDelivery, QueuedDelivery];
        await fixture.stores.records.record(group({ parked: [next] }));
        await request(head);
        const result = await record(failed(head, 'EXHAUSTED'));
        expect(result.requested).toEqual(new Set([head.deliveryId]));
        const nextRow = () => fixture.rowsWith('webhook_queue', { delivery_id: next.deliveryId });
        expect(await nextRow()).toMatchObject([{ due_at: PARKED_DUE_AT }]);
        await record(failed({ ...head, requested: 'MANUAL' }, 'EXHAUSTED'));
        expect((await nextRow())[0]!['due_at']).toBeLessThan(PARKED_DUE_AT);
      });
    });
  });
});
