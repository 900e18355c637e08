import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { FanoutPlan } from '../../../lib/persistence/ports/fanout-store.js';
import { TypeOrmTransactions } from '../../../lib/emitter/typeorm-transactions.js';
import { eachDatabase } from '../../support/databases.js';
import { newEvent, StoreFixture, type Row } from '../../support/store-fixture.js';

describe('FanoutStore, with others at work,', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const fanout = () => fixture.stores.fanout;
    const write = async (plan: FanoutPlan) => (await fanout().write(plan)).written;
    const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);
    const queuedEvents = async (): Promise<unknown[]> =>
      column(await fixture.rows('webhook_queue'), 'event_id');

    describe('with several writers at once', () => {
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
            // The parts overlap, like those of processes that read at different moments.
            const part = plan.events.slice(0, 1 + Math.floor(Math.random() * 40));
            const ids = new Set(part.map(({ id }) => id));
            const deliveries = plan.deliveries.filter(({ eventId }) => ids.has(eventId));
            taken.push(...(await fanout().write({ ...plan, events: part, deliveries })).written);
          }
        };
        await Promise.all(Array.from({ length: 6 }, work));
        expect(taken.sort((a, b) => a - b)).toEqual([...shops, ...others]);
        expect(await queuedEvents()).toEqual([...shops.flatMap((id) => [id, id]), ...others]);
        expect(await fixture.deliveries()).toHaveLength(300);
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
        expect(await write(await fixture.plan([second!, otherKey!, noKey!]))).toEqual(
          new Set([otherKey, noKey]),
        );
        expect(await queuedEvents()).toEqual([otherKey, noKey]);
        expect(await write(await fixture.plan())).toEqual(new Set([first, second]));
      });

      it('counts events without a key as one key', async () => {
        const [first, second] = await fixture.emit({}, {});
        expect(await write(await fixture.plan([second!]))).toEqual(new Set());
        expect(await write(await fixture.plan([first!]))).toEqual(new Set([first]));
      });

      it('makes nothing wait for the key of another tenant', async () => {
        await fixture.webhook(await fixture.transport('other'), { ordered: true });
        const [, other] = await fixture.emit({ orderingKey: 'k' }, { orderingKey: 'k', tenantUid: 'other' });
        expect(await write(await fixture.plan([other!]))).toEqual(new Set([other]));
      });

      it('does not delay an event that no ordered webhook matches', async () => {
        await fixture.webhook(await fixture.transport('unordered'));
        const [, second] = await fixture.emit(
          { orderingKey: 'k', tenantUid: 'unordered' },
          { orderingKey: 'k', tenantUid: 'unordered' },
        );
        expect(await write(await fixture.plan([second!]))).toEqual(new Set([second]));
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
            new TypeOrmTransactions().of(runner.manager),
          );
          const [late] = await fixture.emit({ orderingKey: 'k' });
          // Transactions that overlap have no order: no event waits for one that may never be committed.
          expect(await write(await fixture.plan())).toEqual(new Set([late]));
          await runner.commitTransaction();
          await runner.release();
          const [early] = await fixture.idsOf(inserted);
          expect(await write(await fixture.plan())).toEqual(new Set([early]));
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
          expect(await write(await fixture.plan())).toEqual(new Set([third]));
          await runner.rollbackTransaction();
          await runner.release();
          expect(await write(await fixture.plan())).toEqual(new Set([first, second]));
        });

        it('leaves no delivery pending for a transport that is deleted while its deliveries are being written', async () => {
          const transport = await fixture.transport();
          await fixture.webhook(transport);
          const [eventId] = await fixture.emit({});
          const plan = await fixture.plan();
          // This row stops fan-out in the middle: it has locked the lane, and waits until the transaction of the row ends.
          const queue = fixture.database.table('webhook_queue');
          const runner = host.createQueryRunner();
          await runner.startTransaction();
          await runner.query(
            `INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id)
             SELECT ${transport.id}, ${plan.now}, nextval(pg_get_serial_sequence('${queue}', 'delivery_id')) + 1, ${eventId}, 1, 0, 1`,
          );
          const writing = fanout().write(plan);
          await untilBlocked(host, 1);
          const removing = fixture.removeTransport(transport);
          await untilBlocked(host, 2);
          await runner.rollbackTransaction();
          await runner.release();
          await Promise.all([writing, removing]);
          expect(await fixture.rows('webhook_delivery')).toMatchObject([
            { status: 'CANCELLED', reason: 'TRANSPORT_DELETED' },
          ]);
          expect(await fixture.rows('webhook_queue')).toEqual([]);
          expect(await fixture.rows('webhook_lane')).toEqual([]);
        });
      });
    }
  });
});

/** Waits until `count` statements on this database wait for a lock. */
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
