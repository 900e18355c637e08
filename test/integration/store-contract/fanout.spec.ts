import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { statement } from '../../../lib/persistence/sql/statement.js';
import { delivered, group } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture, type Row } from '../../support/store-fixture.js';

/** The result of a plan that was written as a whole. */
const written = (eventIds: Iterable<number | undefined> = []) => ({
  written: new Set(eventIds),
  incomplete: new Set(),
});

describe('FanoutStore', () => {
  eachDatabase((db) => {
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
      it('returns events with the enabled webhooks of their tenants, and their bodies only if asked for', async () => {
        const transport = await fixture.transport('shop', { state: 'PAUSED' });
        await fixture.webhook(transport, { action: 'ORDER_*', ordered: true });
        await fixture.webhook(transport, { enabled: false });
        await fixture.webhook(await fixture.transport('elsewhere'));
        const [id] = await fixture.emit({ eventUid: 'e', orderingKey: 'k', body: '{"n":1}' });

        const { events, webhooks } = await fanout().read([], 10, 0);
        const event = {
          id,
          tenantUid: 'shop',
          action: 'ORDER_SETTLED',
          orderingKey: 'k',
          transportIds: null,
          mayExist: false,
        };
        const [tenant] = await fixture.rowsWith('webhook_tenant', { tenant_uid: 'shop' });
        expect(events).toEqual([{ ...event, content: null }]);
        expect(webhooks).toEqual([
          {
            id: expect.any(Number),
            tenantUid: 'shop',
            tenantId: tenant!['id'],
            action: 'ORDER_*',
            ordered: true,
            transportId: transport.id,
            transportState: 'PAUSED',
            origin: 'https://erp.example.com',
            encryptedWith: '',
          },
        ]);
        const content = {
          eventId: id,
          eventUid: 'e',
          action: 'ORDER_SETTLED',
          body: '{"n":1}',
          traceparent: null,
          emittedAt: expect.any(Number),
        };
        expect((await fanout().read([], 10, 1_000_000)).events).toEqual([{ ...event, content }]);
      });

      it('reads at most one body beyond the bytes that it is asked for', async () => {
        await fixture.webhook(await fixture.transport('shop'));
        const body = `{"note":"${'ü'.repeat(20)}"}`;
        const bytes = Buffer.byteLength(body);
        const ids = await fixture.emit(...Array.from({ length: 4 }, () => ({ body })));
        const withContent = async (contentBytes: number): Promise<number[]> => {
          const { events } = await fanout().read([], 10, contentBytes);
          expect(events.map(({ id }) => id)).toEqual(ids);
          return events.flatMap(({ id, content }) => (content ? [id] : []));
        };
        expect(await withContent(1)).toEqual(ids.slice(0, 1));
        expect(await withContent(2 * bytes)).toEqual(ids.slice(0, 2));
        expect(await withContent(2 * bytes + 1)).toEqual(ids.slice(0, 3));
        expect(await withContent(0)).toEqual([]);
      });

      it('begins at the oldest event, goes on after the cursors, and shares the limit between tenants', async () => {
        const big = await fixture.emit(...Array.from({ length: 20 }, () => ({ tenantUid: 'big' })));
        const small = await fixture.emit({ tenantUid: 'small' }, { tenantUid: 'small' });
        const ids = async (...cursors: [string, number][]) =>
          (
            await fanout().read(
              cursors.map(([tenantUid, afterId]) => ({ tenantUid, afterId })),
              8,
              0,
            )
          ).events.map(({ id }) => id);
        expect(await ids()).toEqual([...big.slice(0, 4), ...small]);
        expect(await ids(['big', big[3]!])).toEqual([...big.slice(4, 8), ...small]);
        expect(await ids(['big', big[19]!], ['small', small[0]!])).toEqual([small[1]]);
      });
    });

    describe('writing', () => {
      it('turns an event into a row of the queue, and notifies the lane', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        expect(await fanout().write(plan)).toEqual(written([eventId]));

        const [[tenant], [webhook]] = [
          await fixture.rows('webhook_tenant'),
          await fixture.rows('webhook_webhook'),
        ];
        const [row] = await fixture.rows('webhook_queue');
        expect({ ...row, has_succeeded: Boolean(row!['has_succeeded']) }).toEqual({
          transport_id: transport.id,
          due_at: plan.now,
          delivery_id: expect.any(Number),
          event_id: eventId,
          webhook_id: webhook!['id'],
          created_at: plan.now,
          tenant_id: tenant!['id'],
          attempts: 0,
          lost_attempts: 0,
          has_succeeded: false,
          noted_token: null,
          ordering_key: null,
          requested: null,
        });
        expect(await fixture.rows('webhook_delivery')).toEqual([]);
        expect(await fixture.rows('webhook_lane')).toMatchObject([{ due_at: plan.now, version: 1 }]);
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
      });

      it('removes events that match nothing from the outbox', async () => {
        const ids = await fixture.emit({}, {});
        expect(await fanout().write(await fixture.plan())).toEqual(written(ids));
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
        expect(await fixture.deliveries()).toEqual([]);
      });

      it('does nothing when it is repeated', async () => {
        await fixture.webhook(await fixture.transport());
        await fixture.emit({}, {});
        const plan = await fixture.plan();
        await fanout().write(plan);
        const lanes = await fixture.rows('webhook_lane');
        expect(await fanout().write(plan)).toEqual(written());
        expect(await fixture.deliveries()).toHaveLength(2);
        expect(await fixture.rows('webhook_lane')).toEqual(lanes);
      });

      it('leaves the transports that a plan does not finish in the outbox, and writes each delivery once', async () => {
        const transports = [await fixture.transport(), await fixture.transport(), await fixture.transport()];
        for (const transport of transports) await fixture.webhook(transport);
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        const [first, ...left] = plan.deliveries.map(({ transportId }) => transportId);
        const part = {
          ...plan,
          events: plan.events.map((event) => ({ ...event, left })),
          deliveries: plan.deliveries.slice(0, 1),
        };
        expect(await fanout().write(part)).toEqual(written([eventId]));
        // The first delivery ends before the rest is written, and so is in the queue no more.
        const ended = (await fixture.due({ id: first! })).map((delivery) => delivered(delivery));
        await fixture.stores.records.record(group({ attempts: ended }));
        expect((await fixture.plan()).events).toMatchObject([{ id: eventId, transportIds: left }]);

        // The plan was read before a part of it was written. It is out of date now, whether it is written as a whole or in part.
        expect(await fanout().write(plan)).toEqual(written());
        expect(await fanout().write(part)).toEqual(written());
        expect(await fanout().write(await fixture.plan())).toEqual(written([eventId]));
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
        expect(column(await fixture.deliveries(), 'transport_id')).toEqual(transports.map(({ id }) => id));
        expect(column(await fixture.rows('webhook_lane'), 'version')).toEqual([1, 1, 1]);
      });

      it.each(['in the queue', 'in the log'])(
        'creates no second delivery for an event that somebody put in the outbox again while the first is %s',
        async (place) => {
          const transports = [await fixture.transport(), await fixture.transport()];
          await fixture.webhook(transports[0]!);
          const [eventId] = await fixture.queue({});
          if (place === 'in the log') {
            const attempts = (await fixture.due(transports[0]!)).map((delivery) => delivered(delivery));
            await fixture.stores.records.record(group({ attempts }));
          }
          await fixture.webhook(transports[1]!);
          await fixture.database.write([
            statement(
              fixture.database,
              `INSERT INTO ${fixture.database.table('webhook_outbox')} (tenant_uid, event_id, action) VALUES (?, ?, ?)`,
              ['shop', eventId, 'ORDER_SETTLED'],
            ),
          ]);
          const plan = await fixture.plan();
          expect(plan.events).toMatchObject([{ id: eventId, mayExist: true }]);
          expect(await fanout().write(plan)).toEqual(written([eventId]));
          expect(column(await fixture.deliveries(), 'transport_id')).toEqual(transports.map(({ id }) => id));
          expect(await fixture.rows('webhook_outbox')).toEqual([]);
        },
      );

      it('numbers all deliveries from one sequence, whether they are queued or missed', async () => {
        const disabled = await fixture.transport('shop', { state: 'DISABLED' });
        for (const transport of [await fixture.transport(), disabled]) await fixture.webhook(transport);
        for (let round = 0; round < 3; round++) await fixture.queue({}, {});
        const ids = column(await fixture.deliveries(), 'id').map(Number);
        expect(ids).toHaveLength(12);
        expect(new Set(ids).size).toBe(12);
        expect(Math.max(...ids) - Math.min(...ids)).toBe(11);
        // Later events have greater numbers.
        const missed = column(await fixture.rows('webhook_delivery'), 'id').map(Number);
        expect(missed).toEqual([...missed].sort((one, other) => one - other));
      });

      it('logs deliveries to a disabled transport as MISSED, and notifies no lane', async () => {
        await fixture.webhook(await fixture.transport('shop', { state: 'DISABLED' }));
        const lanes = await fixture.rows('webhook_lane');
        await fixture.emit({});
        const plan = await fixture.plan();
        await fanout().write(plan);
        expect(await fixture.rows('webhook_delivery')).toMatchObject([
          {
            status: 'MISSED',
            reason: 'TRANSPORT_DISABLED',
            attempts: 0,
            duration_ms: null,
            finished_at: plan.now,
          },
        ]);
        expect(await fixture.rows('webhook_queue')).toEqual([]);
        expect(await fixture.rows('webhook_lane')).toEqual(lanes);
      });

      it('queues for a paused transport', async () => {
        await fixture.webhook(await fixture.transport('shop', { state: 'PAUSED' }));
        const ids = await fixture.queue({});
        expect(await queuedEvents()).toEqual(ids);
      });

      it('logs deliveries beyond a quota as MISSED, as its plan says, next to those that it queues', async () => {
        const [one, another] = [await fixture.transport(), await fixture.transport()];
        for (const transport of [one, another]) await fixture.webhook(transport);
        await fixture.emit({}, {});
        const plan = await fixture.plan();
        const deliveries = plan.deliveries.map((delivery, index) =>
          index === 0 ? delivery : { ...delivery, missedReason: 'QUOTA_EXCEEDED' as const },
        );
        await fanout().write({ ...plan, deliveries });
        const log = await fixture.deliveries();
        const missed = { status: 'MISSED', reason: 'QUOTA_EXCEEDED', due_at: null, finished_at: plan.now };
        expect(log).toHaveLength(4);
        expect(log.filter(({ status }) => status === 'MISSED')).toMatchObject([missed, missed, missed]);
        const { transportId } = deliveries[0]!;
        expect(await fixture.rows('webhook_queue')).toMatchObject([{ transport_id: transportId }]);
        expect(
          (await fixture.rows('webhook_lane')).map((lane) => [lane['transport_id'], lane['version']]),
        ).toEqual([one, another].map(({ id }) => [id, Number(id === transportId)]));
      });

      it('leaves out deliveries whose transport was deleted after it read', async () => {
        const gone = await fixture.transport();
        await fixture.webhook(gone);
        const stays = await fixture.transport();
        await fixture.webhook(stays);
        const [eventId] = await fixture.emit({});
        const plan = await fixture.plan();
        await fixture.removeTransport(gone);
        expect(await fanout().write(plan)).toEqual(written([eventId]));
        expect(await fixture.deliveries()).toMatchObject([{ transport_id: stays.id }]);
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
      });

      it('makes a free lane due now, or earlier if it was due earlier, and not while it is blocked', async () => {
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

      it('notifies a lane once for a plan, and not for deliveries that another process has written', async () => {
        const transports = [await fixture.transport(), await fixture.transport(), await fixture.transport()];
        for (const transport of transports) await fixture.webhook(transport);
        await fixture.emit({}, {}, {});
        const plan = await fixture.plan();
        const versions = async () => column(await fixture.rows('webhook_lane'), 'version');
        await fanout().write(plan);
        expect(await versions()).toEqual([1, 1, 1]);
        await fanout().write(plan);
        await fanout().write({ ...plan, skipsLocked: true });
        expect(await versions()).toEqual([1, 1, 1]);
        expect(await fixture.rows('webhook_queue')).toHaveLength(9);
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
      });

      it('queues for a suspended lane without making it due', async () => {
        const transport = await fixture.transport('shop', { state: 'PAUSED' });
        await fixture.webhook(transport);
        const [before] = await fixture.rows('webhook_lane');
        await fixture.queue({});
        expect(await fixture.rows('webhook_lane')).toMatchObject([
          { due_at: null, version: Number(before!['version']) + 1 },
        ]);
      });

      it('raises the version of a lane that is held, and keeps its holder and due date', async () => {
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
  });
});
