import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { eachDatabase } from '../../support/databases.js';
import { newEvent, StoreFixture, type Row } from '../../support/store-fixture.js';

describe('FanoutStore', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const fanout = () => fixture.stores.fanout;
    const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);
    const queuedEvents = async (): Promise<unknown[]> =>
      column(await fixture.rows('webhook_queue'), 'event_id');

    describe('reading', () => {
      it('gives events with the enabled webhooks of their tenants, bodies only where they are asked for', async () => {
        const transport = await fixture.transport('shop', { state: 'PAUSED' });
        const { webhookUid } = await fixture.webhook(transport, { action: 'ORDER_*', ordered: true });
        await fixture.webhook(transport, { enabled: false });
        await fixture.webhook(await fixture.transport('elsewhere'));
        const [id] = await fixture.emit({ eventUid: 'e', orderingKey: 'k', body: '{"n":1}' });

        const { events, webhooks } = await fanout().read([], 10, false);
        const event = { id, tenantUid: 'shop', eventUid: 'e', action: 'ORDER_SETTLED', orderingKey: 'k' };
        expect(events).toEqual([{ ...event, body: null }]);
        expect(webhooks).toEqual([
          {
            id: expect.any(Number),
            tenantUid: 'shop',
            webhookUid,
            action: 'ORDER_*',
            ordered: true,
            transportId: transport.id,
            httpTransportUid: transport.httpTransportUid,
            transportState: 'PAUSED',
          },
        ]);
        expect((await fanout().read([], 10, true)).events).toEqual([{ ...event, body: '{"n":1}' }]);
      });

      it('begins at the oldest event, goes on after the cursors, and shares the limit between tenants', async () => {
        const big = await fixture.emit(...Array.from({ length: 20 }, () => ({ tenantUid: 'big' })));
        const small = await fixture.emit({ tenantUid: 'small' }, { tenantUid: 'small' });
        const ids = async (...cursors: [string, number][]) =>
          (
            await fanout().read(
              cursors.map(([tenantUid, afterId]) => ({ tenantUid, afterId })),
              8,
              false,
            )
          ).events.map(({ id }) => id);
        expect(await ids()).toEqual([...big.slice(0, 4), ...small]);
        expect(await ids(['big', big[3]!])).toEqual([...big.slice(4, 8), ...small]);
        expect(await ids(['big', big[19]!], ['small', small[0]!])).toEqual([small[1]]);
      });
    });

    describe('writing', () => {
      it('turns an event into a row of the log and one of the queue, and tells the lane', async () => {
        const transport = await fixture.transport();
        const { webhookUid } = await fixture.webhook(transport);
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        expect(await fanout().write(plan)).toEqual(new Set([eventId]));

        const [delivery] = await fixture.rows('webhook_delivery');
        expect(delivery).toMatchObject({
          tenant_uid: 'shop',
          event_id: eventId,
          transport_id: transport.id,
          http_transport_uid: transport.httpTransportUid,
          webhook_uid: webhookUid,
          action: 'ORDER_SETTLED',
          status: 'PENDING',
          reason: null,
          attempts: 0,
          due_at: plan.now,
          created_at: plan.now,
          finished_at: null,
        });
        expect(await fixture.rows('webhook_queue')).toEqual([
          {
            transport_id: transport.id,
            due_at: plan.now,
            delivery_id: delivery!['id'],
            event_id: eventId,
            attempts: 0,
            lost_attempts: 0,
            ordering_key: null,
          },
        ]);
        expect(await fixture.rows('webhook_lane')).toMatchObject([{ due_at: plan.now, version: 1 }]);
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
      });

      it('takes events that match nothing off the outbox', async () => {
        const ids = await fixture.emit({}, {});
        expect(await fanout().write(await fixture.plan())).toEqual(new Set(ids));
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
        expect(await fixture.rows('webhook_delivery')).toEqual([]);
      });

      it('does nothing when it is repeated', async () => {
        await fixture.webhook(await fixture.transport());
        await fixture.emit({}, {});
        const plan = await fixture.plan();
        await fanout().write(plan);
        const lanes = await fixture.rows('webhook_lane');
        expect(await fanout().write(plan)).toEqual(new Set());
        expect(await fixture.rows('webhook_delivery')).toHaveLength(2);
        expect(await fixture.rows('webhook_queue')).toHaveLength(2);
        expect(await fixture.rows('webhook_lane')).toEqual(lanes);
      });

      it('writes a wide event in several plans, and leaves out what it wrote already', async () => {
        for (let count = 0; count < 3; count++) await fixture.webhook(await fixture.transport());
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        const unfinished = { ...plan, events: plan.events.map((event) => ({ ...event, isFinished: false })) };
        expect(await fanout().write({ ...unfinished, deliveries: plan.deliveries.slice(0, 2) })).toEqual(
          new Set([eventId]),
        );
        expect(await fixture.rows('webhook_outbox')).toHaveLength(1);
        expect(await fanout().write({ ...plan, deliveries: plan.deliveries.slice(1) })).toEqual(
          new Set([eventId]),
        );
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
        expect(await fixture.rows('webhook_queue')).toHaveLength(3);
        expect(column(await fixture.rows('webhook_lane'), 'version')).toEqual([1, 1, 1]);
      });

      it('logs as MISSED what was emitted for a disabled transport, and wakes nobody', async () => {
        await fixture.webhook(await fixture.transport('shop', { state: 'DISABLED' }));
        await fixture.emit({});
        const plan = await fixture.plan();
        await fanout().write(plan);
        expect(await fixture.rows('webhook_delivery')).toMatchObject([
          { status: 'MISSED', reason: 'TRANSPORT_DISABLED', due_at: null, finished_at: plan.now },
        ]);
        expect(await fixture.rows('webhook_queue')).toEqual([]);
        expect(await fixture.rows('webhook_lane')).toMatchObject([{ due_at: null, version: 0 }]);
      });

      it('queues for a paused transport', async () => {
        await fixture.webhook(await fixture.transport('shop', { state: 'PAUSED' }));
        const ids = await fixture.queue({});
        expect(await queuedEvents()).toEqual(ids);
      });

      it('leaves out deliveries whose transport was deleted after it read', async () => {
        const gone = await fixture.transport();
        await fixture.webhook(gone);
        const stays = await fixture.transport();
        await fixture.webhook(stays);
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        await fixture.removeTransport(gone);
        expect(await fanout().write(plan)).toEqual(new Set([eventId]));
        expect(await fixture.rows('webhook_delivery')).toMatchObject([{ transport_id: stays.id }]);
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
      });

      it('tells a lane that is free to be due now, no later than before, and not while it is blocked', async () => {
        const [idle, sooner, blocked] = await Promise.all([1, 2, 3].map(() => fixture.transport()));
        for (const transport of [idle, sooner, blocked]) await fixture.webhook(transport!);
        const now = fixture.database.now();
        await fixture.set('webhook_lane', { due_at: now - 5_000 }, { transport_id: sooner!.id });
        await fixture.set('webhook_lane', { blocked_until: now + 60_000 }, { transport_id: blocked!.id });
        await fixture.emit({});
        const plan = await fixture.plan();
        await fanout().write(plan);
        const lanes = await fixture.rows('webhook_lane');
        const dueAt = (transportId: number) =>
          lanes.find((lane) => lane['transport_id'] === transportId)!['due_at'];
        expect(dueAt(idle!.id)).toBe(plan.now);
        expect(dueAt(sooner!.id)).toBe(now - 5_000);
        expect(dueAt(blocked!.id)).toBe(now + 60_000);
      });

      it('only counts up the version of a lane that is held', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.set(
          'webhook_lane',
          { holder: 'somebody', due_at: 123, version: 7 },
          { transport_id: transport.id },
        );
        await fixture.queue({});
        expect(await fixture.rows('webhook_lane')).toMatchObject([
          { holder: 'somebody', due_at: 123, version: 8 },
        ]);
      });
    });

    describe('with several at once', () => {
      it('fans every event out exactly once', async () => {
        for (let count = 0; count < 2; count++) await fixture.webhook(await fixture.transport());
        await fixture.webhook(await fixture.transport('other'), { ordered: true });
        const shops = await fixture.emit(...Array.from({ length: 120 }, () => ({})));
        const others = await fixture.emit(
          ...Array.from({ length: 60 }, (_, index) => ({
            tenantUid: 'other',
            orderingKey: `key-${index % 3}`,
          })),
        );
        const taken: number[] = [];
        const work = async () => {
          for (;;) {
            const plan = await fixture.plan();
            if (plan.events.length === 0) return;
            // Overlapping parts, as processes that read at different moments have them.
            const part = plan.events.slice(0, 1 + Math.floor(Math.random() * 40));
            const ids = new Set(part.map(({ id }) => id));
            const deliveries = plan.deliveries.filter(({ eventId }) => ids.has(eventId));
            taken.push(...(await fanout().write({ ...plan, events: part, deliveries })));
          }
        };
        await Promise.all(Array.from({ length: 6 }, work));
        expect(taken.sort((a, b) => a - b)).toEqual([...shops, ...others]);
        expect(await queuedEvents()).toEqual([...shops.flatMap((id) => [id, id]), ...others]);
        expect(await fixture.rows('webhook_delivery')).toHaveLength(300);
      });
    });

    describe('in order', () => {
      beforeEach(async () => {
        await fixture.webhook(await fixture.transport(), { ordered: true });
      });

      it('makes an event wait for an earlier one of its key that is not part of the plan', async () => {
        const [first, second, otherKey, noKey] = await fixture.emit(
          { orderingKey: 'k' },
          { orderingKey: 'k' },
          { orderingKey: 'other' },
          {},
        );
        expect(await fanout().write(await fixture.plan([second!, otherKey!, noKey!]))).toEqual(
          new Set([otherKey, noKey]),
        );
        expect(await queuedEvents()).toEqual([otherKey, noKey]);
        expect(await fanout().write(await fixture.plan())).toEqual(new Set([first, second]));
      });

      it('counts events without a key as one key', async () => {
        const [first, second] = await fixture.emit({}, {});
        expect(await fanout().write(await fixture.plan([second!]))).toEqual(new Set());
        expect(await fanout().write(await fixture.plan([first!]))).toEqual(new Set([first]));
      });

      it('makes nothing wait for the key of another tenant', async () => {
        await fixture.webhook(await fixture.transport('other'), { ordered: true });
        const [, other] = await fixture.emit({ orderingKey: 'k' }, { orderingKey: 'k', tenantUid: 'other' });
        expect(await fanout().write(await fixture.plan([other!]))).toEqual(new Set([other]));
      });

      it('makes nothing wait that goes to no ordered webhook', async () => {
        await fixture.webhook(await fixture.transport('unordered'));
        const [, second] = await fixture.emit(
          { orderingKey: 'k', tenantUid: 'unordered' },
          { orderingKey: 'k', tenantUid: 'unordered' },
        );
        expect(await fanout().write(await fixture.plan([second!]))).toEqual(new Set([second]));
      });

      it('keeps the ordering key for the queue', async () => {
        await fixture.queue({ orderingKey: 'k' }, {});
        expect(column(await fixture.rows('webhook_queue'), 'ordering_key')).toEqual(['k', '']);
      });
    });

    if (kind === 'postgres') {
      describe('with transactions that overlap', () => {
        let host: DataSource;
        beforeAll(async () => {
          host = await new DataSource(db().options).initialize();
        });
        afterAll(() => host.destroy());

        it('finds an event that commits later than one with a higher number', async () => {
          await fixture.webhook(await fixture.transport(), { ordered: true });
          const runner = host.createQueryRunner();
          await runner.startTransaction();
          const inserted = await fixture.stores.events.insert(
            [newEvent({ orderingKey: 'k' })],
            runner.manager,
          );
          const [late] = await fixture.emit({ orderingKey: 'k' });
          // Transactions that overlap have no order: nobody waits for what may never commit.
          expect(await fanout().write(await fixture.plan())).toEqual(new Set([late]));
          await runner.commitTransaction();
          await runner.release();
          const [early] = await fixture.idsOf(inserted);
          expect(await fanout().write(await fixture.plan())).toEqual(new Set([early]));
          expect(await queuedEvents()).toEqual([early, late]);
        });

        it('makes an event wait for an earlier one of its key that another process is just fanning out', async () => {
          await fixture.webhook(await fixture.transport(), { ordered: true });
          const [first, second, third] = await fixture.emit({ orderingKey: 'k' }, { orderingKey: 'k' }, {});
          const runner = host.createQueryRunner();
          await runner.startTransaction();
          await runner.query(
            `SELECT 1 FROM ${fixture.database.table('webhook_outbox')} WHERE event_id = ${first} FOR UPDATE`,
          );
          expect(await fanout().write(await fixture.plan())).toEqual(new Set([third]));
          await runner.rollbackTransaction();
          await runner.release();
          expect(await fanout().write(await fixture.plan())).toEqual(new Set([first, second]));
        });

        it('leaves no delivery pending for a transport that is deleted while its deliveries are being written', async () => {
          const transport = await fixture.transport();
          await fixture.webhook(transport);
          const [eventId] = await fixture.emit({});
          const plan = await fixture.plan();
          // Holds fan-out up in the middle: it has locked the lane, and waits for this row to be there or not.
          const runner = host.createQueryRunner();
          await runner.startTransaction();
          await runner.query(
            `INSERT INTO ${fixture.database.table('webhook_delivery')}
               (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, status, created_at)
             VALUES ('shop', ${eventId}, ${transport.id}, 'x', 'x', 'X', 'PENDING', 0)`,
          );
          const writing = fanout().write(plan);
          await untilBlocked(host, 1);
          const removing = fixture.removeTransport(transport);
          await untilBlocked(host, 2);
          await runner.rollbackTransaction();
          await runner.release();
          await Promise.all([writing, removing]);
          expect(await fixture.rows('webhook_delivery')).toMatchObject([
            { status: 'CANCELLED', reason: 'TRANSPORT_DELETED', due_at: null },
          ]);
          expect(await fixture.rows('webhook_queue')).toEqual([]);
          expect(await fixture.rows('webhook_lane')).toEqual([]);
        });
      });
    }
  });
});

/** Waits until so many statements on this database wait for a lock. */
async function untilBlocked(host: DataSource, count: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const rows = await host.query<unknown[]>(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Fewer than ${count} statements wait for a lock.`);
}
