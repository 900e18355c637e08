import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { recoveredKey, type RecoveryCriteria } from '../../../lib/domain/recovery.js';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { RecoveryBatch, RecoveryCandidate } from '../../../lib/persistence/ports/recovery-store.js';
import type { RecoveryRow } from '../../../lib/persistence/ports/recovery-job.js';
import { HeldRecoveryRepository } from '../../../lib/persistence/repositories/held-recovery.repository.js';
import { RecoveryRepository } from '../../../lib/persistence/repositories/recovery.repository.js';
import { ENDED_STATUSES } from '../../../lib/persistence/sql/delivery-sql.js';
import { delivered, failed, group } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const LEASE_MS = 10_000;
const RECOVER: RecoveryCriteria = {
  kind: 'RECOVER',
  since: 0,
  until: 8_000_000_000_000,
  statuses: ['FAILED', 'MISSED'],
  actions: undefined,
  webhook: undefined,
};
const REPLAY: RecoveryCriteria = { ...RECOVER, kind: 'REPLAY', statuses: [] };
const ALL = { afterId: 0, beforeId: Number.MAX_SAFE_INTEGER, limit: 100 };

describe('RecoveryStore and RecoveryRepository', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    let jobs: RecoveryRepository;
    let held: HeldRecoveryRepository;
    let warnings: string[];
    let transport: HttpTransportEntity;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      jobs = new RecoveryRepository(fixture.database);
      held = new HeldRecoveryRepository(fixture.database, (message) => warnings.push(message));
    });
    beforeEach(async () => {
      warnings = [];
      await fixture.empty();
      for (const table of ['webhook_recovery', 'webhook_recovery_item']) {
        await fixture.database.write([
          { sql: `DELETE FROM ${fixture.database.table(table)}`, parameters: [] },
        ]);
      }
      transport = await fixture.transport();
    });
    afterAll(() => fixture.close());

    const store = () => fixture.stores.recoveries;
    const tenantId = async (): Promise<number> => (await jobs.tenantId('shop'))!;

    /** Emits events whose deliveries fail. @returns the events */
    const failing = async (...events: Parameters<StoreFixture['queue']>): Promise<number[]> => {
      const ids = await fixture.queue(...events);
      const due = await fixture.due(transport);
      await fixture.stores.records.record(
        group({
          attempts: due.filter(({ eventId }) => ids.includes(eventId)).map((row) => failed(row, 'EXHAUSTED')),
        }),
      );
      return ids;
    };
    const start = async (criteria: RecoveryCriteria): Promise<RecoveryRow> =>
      (await jobs.insert(transport, criteria, null))!;
    const claimed = async (criteria: RecoveryCriteria): Promise<RecoveryRow> => {
      const { id } = await start(criteria);
      return (await held.claim('holder', LEASE_MS, 10, '')).find((job) => job.id === id)!;
    };
    const candidate = (eventId: number, more: Partial<RecoveryCandidate> = {}): RecoveryCandidate => ({
      eventId,
      webhookId: null,
      orderingKey: null,
      hasBody: true,
      ...more,
    });
    const batch = (
      { id, leaseToken }: RecoveryRow,
      candidates: RecoveryCandidate[],
      more: Partial<RecoveryBatch> = {},
    ): RecoveryBatch => {
      const now = fixture.database.now();
      return {
        id,
        leaseToken,
        tenantUid: 'shop',
        transportId: transport.id,
        candidates,
        statuses: ENDED_STATUSES,
        dueFrom: now - candidates.length,
        now,
        leaseUntil: now + LEASE_MS,
        cursorId: candidates.at(-1)?.eventId ?? 0,
        found: 0,
        payloadGone: 0,
        refused: 0,
        ...more,
      };
    };
    const queue = () => fixture.rows('webhook_queue');

    describe('enqueueing', () => {
      it('moves ended deliveries back, in the order of events and with the trigger RECOVERY, and notifies the lane', async () => {
        await fixture.webhook(transport);
        const events = await failing({}, {}, {});
        const job = await claimed(RECOVER);
        const [before] = await fixture.rows('webhook_lane');
        const result = await store().enqueue(
          batch(
            job,
            events.map((id) => candidate(id)),
          ),
        );
        expect(result).toEqual({ requeued: 3, created: 0 });
        const rows = await queue();
        expect(rows.map((row) => [Number(row['event_id']), row['requested'], row['attempts']])).toEqual(
          events.map((id) => [id, 'RECOVERY', 1]),
        );
        const due = (await fixture.due(transport)).map(({ eventId }) => eventId);
        expect(due).toEqual(events);
        expect(await fixture.rows('webhook_delivery')).toEqual([]);
        expect(await fixture.rows('webhook_attempt')).toHaveLength(3);
        const [after] = await fixture.rows('webhook_lane');
        expect(Number(after!['version'])).toBe(Number(before!['version']) + 1);
        expect(await jobs.find('shop', job.id)).toMatchObject({
          state: 'RUNNING',
          cursorId: events[2],
          requeued: 3,
          skipped: 0,
        });
      });

      it('creates deliveries that do not exist, and skips pending ones and events in the outbox', async () => {
        const [known] = await fixture.emit({});
        await fixture.stores.fanout.write(await fixture.plan());
        const { id: webhookId } = (
          await fixture.webhook(transport).then(() => jobs.webhooksOf(transport.id))
        )[0]!;
        const [pending] = await fixture.queue({});
        const [unfanned] = await fixture.emit({});
        const job = await claimed(REPLAY);
        const given = [known!, pending!, unfanned!].map((id) =>
          candidate(id, { webhookId, orderingKey: recoveredKey('k') }),
        );
        expect(await store().enqueue(batch(job, given))).toEqual({ requeued: 0, created: 1 });
        expect(
          (await queue()).map((row) => [Number(row['event_id']), row['requested'], row['ordering_key']]),
        ).toEqual([
          [known, 'RECOVERY', recoveredKey('k')],
          [pending, null, null],
        ]);
        // A second time creates nothing.
        expect(await store().enqueue(batch(job, given))).toEqual({ requeued: 0, created: 0 });
        await fixture.stores.fanout.write(await fixture.plan());
        expect(await fixture.rowsWith('webhook_queue', { requested: null })).toHaveLength(2);
        expect(await jobs.find('shop', job.id)).toMatchObject({ created: 1, skipped: 5 });
      });

      it('moves only deliveries with the given statuses, and a delivered one only in a replay', async () => {
        await fixture.webhook(transport);
        const [event] = await fixture.queue({});
        const [row] = await fixture.due(transport);
        await fixture.stores.records.record(group({ attempts: [delivered(row!)] }));
        const job = await claimed(RECOVER);
        const given = [candidate(event!)];
        expect(await store().enqueue(batch(job, given, { statuses: ['FAILED', 'MISSED'] }))).toEqual({
          requeued: 0,
          created: 0,
        });
        expect(await store().enqueue(batch(job, given))).toEqual({ requeued: 1, created: 0 });
        expect(Boolean((await queue())[0]!['has_succeeded'])).toBe(true);
      });

      it('sends no event that was deleted or whose body was erased after it was read, and counts it', async () => {
        const [known] = await fixture.emit({});
        const [erased] = await fixture.emit({});
        await fixture.stores.fanout.write(await fixture.plan());
        await fixture.webhook(transport);
        const [{ id: webhookId } = { id: 0 }] = await jobs.webhooksOf(transport.id);
        await fixture.query(
          `UPDATE ${fixture.database.table('webhook_event')} SET body = '', expunged_at = 1 WHERE id = ${erased}`,
        );
        const job = await claimed(REPLAY);
        const deleted = erased! + 1;
        const given = [known!, erased!, deleted].map((id) => candidate(id, { webhookId }));
        expect(await store().enqueue(batch(job, given, { payloadGone: 1 }))).toEqual({
          requeued: 0,
          created: 1,
        });
        expect((await queue()).map((row) => Number(row['event_id']))).toEqual([known]);
        expect(await jobs.find('shop', job.id)).toMatchObject({ created: 1, skipped: 0, payloadGone: 3 });
        const { rows } = await store().scanEvents('shop', ALL);
        expect(rows.map(({ id, hasBody }) => [id, hasBody])).toEqual([
          [known, true],
          [erased, false],
        ]);
      });

      it('sends nothing for a webhook that was deleted after its event was read', async () => {
        await fixture.webhook(transport);
        const [event] = await failing({});
        const [unsent] = await fixture.emit({ action: 'PRICE_CHANGED' });
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_outbox')}`);
        const [{ id: webhookId } = { id: 0 }] = await jobs.webhooksOf(transport.id);
        const job = await claimed(REPLAY);
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_webhook')}`);
        for (const given of [candidate(event!), candidate(unsent!, { webhookId })])
          expect(await store().enqueue(batch(job, [given]))).toEqual({ requeued: 0, created: 0 });
        expect(await queue()).toEqual([]);
        expect(await jobs.find('shop', job.id)).toMatchObject({ skipped: 2 });
      });

      it('changes nothing for a holder that lost the job, nor if the transport was deleted', async () => {
        await fixture.webhook(transport);
        const [event] = await failing({});
        const job = await claimed(RECOVER);
        await jobs.cancel('shop', job.id, null);
        expect(await store().enqueue(batch(job, [candidate(event!)]))).toBe('LOST');
        expect(await queue()).toEqual([]);
        const next = await claimed(RECOVER);
        await fixture.removeTransport(transport);
        expect(await store().enqueue(batch(next, [candidate(event!)]))).toBe('NO_LANE');
      });

      it('counts the deliveries that wait for their first attempt: due ones and parked ones', async () => {
        await fixture.webhook(transport);
        const events = await failing({}, {}, {});
        const job = await claimed(RECOVER);
        await store().enqueue(
          batch(
            job,
            events.map((id) => candidate(id, { orderingKey: recoveredKey(null) })),
          ),
        );
        const counted = () => store().pending(transport.id, { due: 2, parked: 10 }, fixture.database.now());
        expect(await counted()).toEqual({ due: 2, parked: 0 });
        const behind = (await fixture.due(transport)).filter((row) => row.behind);
        await fixture.stores.records.record(group({ parked: behind }));
        expect(await counted()).toEqual({ due: 1, parked: 2 });
      });
    });

    describe('reading', () => {
      it('finds the deliveries of a status and a transport, with what is left of their events', async () => {
        await fixture.webhook(transport);
        const other = await fixture.transport();
        await fixture.webhook(other);
        const [first, second] = await failing({ action: 'ORDER_SETTLED' }, {});
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_event')} WHERE id = ${second}`);
        const page = await store().scanEnded(await tenantId(), transport.id, 'FAILED', ALL);
        expect(page.rows.map((row) => [row.eventId, row.action, row.hasBody, row.eventUid === null])).toEqual(
          [
            [first, 'ORDER_SETTLED', true, false],
            [second, '', false, true],
          ],
        );
        expect(page.isFull).toBe(false);
        const part = await store().scanEnded(await tenantId(), transport.id, 'FAILED', { ...ALL, limit: 1 });
        expect([part.rows.length, part.isFull, part.lastId]).toEqual([1, true, page.rows[0]!.id]);
      });

      it('reads the events of a tenant among those of all, and which deliveries they have', async () => {
        await fixture.webhook(transport);
        const [first] = await failing({});
        await fixture.emit({ tenantUid: 'other' });
        const [second] = await fixture.queue({});
        const [third] = await fixture.emit({});
        const { rows, lastId } = await store().scanEvents('shop', ALL);
        expect(rows.map(({ id }) => id)).toEqual([first, second, third]);
        expect(lastId).toBe(third);
        const pairs = await store().pairs(transport.id, [first!, second!, third!]);
        expect(pairs.map(({ eventId, status }) => [eventId, status])).toEqual([
          [first, 'FAILED'],
          [second, 'PENDING'],
        ]);
      });

      it('collects events, and returns them in their order with their ordering keys', async () => {
        await fixture.webhook(transport, { ordered: true });
        const events = await failing({ orderingKey: 'a' }, {});
        const job = await claimed(RECOVER);
        const next = { phase: 'ENQUEUE', cursorId: 0 } as const;
        expect(await held.collect(job, [...events].reverse(), next, LEASE_MS)).toBe(true);
        expect(await store().items(job.id, transport.id, 0, 10)).toEqual([
          candidate(events[0]!, { orderingKey: recoveredKey('a') }),
          candidate(events[1]!, { orderingKey: recoveredKey(null) }),
        ]);
        expect(await jobs.find('shop', job.id)).toMatchObject({
          found: 2,
          phase: 'ENQUEUE',
          state: 'RUNNING',
        });
        await jobs.cancel('shop', job.id, null);
        expect(await held.collect(job, events, next, LEASE_MS)).toBe(false);
      });
    });

    describe('a job', () => {
      it('is the only one of its transport until it has ended', async () => {
        const job = await start(RECOVER);
        await expect(jobs.insert(transport, REPLAY, null)).rejects.toMatchObject({ code: 'RECOVERY_ACTIVE' });
        await jobs.cancel('shop', job.id, null);
        await expect(jobs.insert(transport, REPLAY, null)).resolves.toMatchObject({
          kind: 'REPLAY',
          state: 'QUEUED',
        });
      });

      it('is not started for a transport that was deleted, and ends with its transport', async () => {
        const job = await start(RECOVER);
        await fixture.removeTransport(transport);
        expect(await jobs.find('shop', job.id)).toMatchObject({
          state: 'FAILED',
          reason: 'TRANSPORT_DELETED',
          phase: 'CLEAN',
        });
        expect(await jobs.insert(transport, RECOVER, null)).toBeUndefined();
        const audit = await fixture.rows('webhook_audit');
        expect(audit.filter(({ kind }) => kind === 'RECOVERY_STARTED')).toHaveLength(1);
      });

      it('is claimed although the row of another one cannot be read', async () => {
        const other = await fixture.transport();
        const damaged = (await jobs.insert(other, RECOVER, null))!;
        await fixture.query(
          `UPDATE ${fixture.database.table('webhook_recovery')} SET statuses = '[' WHERE id = ${damaged.id}`,
        );
        const job = await start(RECOVER);
        expect((await held.claim('holder', LEASE_MS, 10, '')).map(({ id }) => id)).toEqual([job.id]);
        expect(warnings).toEqual([expect.stringContaining(`Row ${damaged.id} of webhook_recovery`)]);
      });

      it('is held by one process, and by another one when the lease has ended', async () => {
        const job = await claimed(RECOVER);
        expect(await held.claim('other', LEASE_MS, 10, '')).toEqual([]);
        expect(await held.renew(job, -1)).toBe(true);
        const [taken] = await held.claim('other', LEASE_MS, 10, '');
        expect(taken!.leaseToken).toBe(job.leaseToken + 1);
        expect(await held.renew(job, LEASE_MS)).toBe(false);
        expect(await held.end(job, 'DONE', null)).toBeUndefined();
      });

      it('is not claimed by a process of another environment', async () => {
        await start(RECOVER);
        expect(await held.claim('holder', LEASE_MS, 10, 'production')).toEqual([]);
      });

      it('forgets what it has collected after its end, and does not change any more when it is cancelled', async () => {
        await fixture.webhook(transport);
        const events = await failing({}, {});
        const job = await claimed(RECOVER);
        await held.collect(job, events, { phase: 'ENQUEUE', cursorId: 0 }, LEASE_MS);
        expect(await held.end(job, 'DONE', null)).toMatchObject({ state: 'DONE', phase: 'CLEAN' });
        expect(await jobs.cancel('shop', job.id, null)).toMatchObject({ state: 'DONE' });
        const [ended] = await held.claim('holder', LEASE_MS, 10, '');
        expect(await held.clean(ended!)).toBe(false);
        expect(await store().items(job.id, transport.id, 0, 10)).toEqual([]);
        expect(await jobs.find('shop', job.id)).toMatchObject({ state: 'DONE', phase: null });
        expect(await held.claim('holder', LEASE_MS, 10, '')).toEqual([]);
      });

      it('is deleted some time after its end, and one that has work left is not', async () => {
        await start(RECOVER);
        await jobs.endAllOf('other');
        expect(await jobs.deleteEndedBefore(Number.MAX_SAFE_INTEGER, 10)).toBe(0);
        await jobs.endAllOf('shop');
        expect(await jobs.deleteEndedBefore(Number.MAX_SAFE_INTEGER, 10)).toBe(0);
        const [ended] = await held.claim('holder', LEASE_MS, 10, '');
        expect(ended).toMatchObject({ state: 'FAILED', reason: 'TRANSPORT_DELETED', phase: 'CLEAN' });
        await held.clean(ended!);
        const active = await start(RECOVER);
        expect(await jobs.deleteEndedBefore(ended!.finishedAt!, 10)).toBe(0);
        expect(await jobs.deleteEndedBefore(ended!.finishedAt! + 1, 10)).toBe(1);
        expect(await jobs.find('shop', ended!.id)).toBeUndefined();
        expect(await jobs.find('shop', active.id)).toMatchObject({ state: 'QUEUED' });
      });

      it('is listed for its tenant, newest first, and no other tenant finds it', async () => {
        const first = await start(RECOVER);
        await jobs.cancel('shop', first.id, null);
        const second = await start(RECOVER);
        const page = (more: object) =>
          jobs.page('shop', { httpTransportUid: undefined, beforeId: undefined, limit: 10, ...more });
        expect((await page({})).map(({ id }) => id)).toEqual([second.id, first.id]);
        expect((await page({ beforeId: second.id })).map(({ id }) => id)).toEqual([first.id]);
        expect(await page({ httpTransportUid: 'other' })).toEqual([]);
        expect(await jobs.find('other', first.id)).toBeUndefined();
        expect(await jobs.cancel('other', second.id, null)).toBeUndefined();
      });
    });

    if (kind === 'postgres') {
      it('a batch fails soon while retention deletes one of its events, and counts that event as gone when it is repeated', async () => {
        await fixture.webhook(transport);
        const [event] = await failing({});
        const job = await claimed(RECOVER);
        const runner = fixture.database.dataSource.createQueryRunner();
        await runner.startTransaction();
        try {
          await runner.query(`DELETE FROM ${fixture.database.table('webhook_event')} WHERE id = ${event}`);
          const blocked = store().enqueue(batch(job, [candidate(event!)]));
          await expect(blocked).rejects.toMatchObject({ code: '55P03' });
          await runner.commitTransaction();
        } finally {
          if (runner.isTransactionActive) await runner.rollbackTransaction();
          await runner.release();
        }
        expect(await store().enqueue(batch(job, [candidate(event!)]))).toEqual({ requeued: 0, created: 0 });
        expect(await jobs.find('shop', job.id)).toMatchObject({ payloadGone: 1 });
      });

      it('a locked delivery fails the batch before fan-out gives up its wait for the lane', async () => {
        await fixture.webhook(transport);
        const [event] = await failing({});
        const job = await claimed(RECOVER);
        const runner = fixture.database.dataSource.createQueryRunner();
        await runner.startTransaction();
        try {
          await runner.query(`SELECT 1 FROM ${fixture.database.table('webhook_delivery')} FOR UPDATE`);
          const startedAt = performance.now();
          await expect(store().enqueue(batch(job, [candidate(event!)]))).rejects.toMatchObject({
            code: '55P03',
          });
          // Fan-out waits 200 ms.
          expect(performance.now() - startedAt).toBeLessThan(180);
        } finally {
          await runner.rollbackTransaction();
          await runner.release();
        }
        expect(await store().enqueue(batch(job, [candidate(event!)]))).toEqual({ requeued: 1, created: 0 });
      });

      it('a lane that another session has locked fails the batch soon, and changes nothing', async () => {
        await fixture.webhook(transport);
        const [event] = await failing({});
        const job = await claimed(RECOVER);
        const runner = fixture.database.dataSource.createQueryRunner();
        await runner.startTransaction();
        try {
          await runner.query(`SELECT 1 FROM ${fixture.database.table('webhook_lane')} FOR UPDATE`);
          await expect(store().enqueue(batch(job, [candidate(event!)]))).rejects.toMatchObject({
            code: '55P03',
          });
        } finally {
          await runner.rollbackTransaction();
          await runner.release();
        }
        expect(await queue()).toEqual([]);
        expect(await jobs.find('shop', job.id)).toMatchObject({ requeued: 0, cursorId: 0 });
      });
    }
  });
});
