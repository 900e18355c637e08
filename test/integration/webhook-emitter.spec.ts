import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { ActionCatalog } from '../../lib/domain/action-catalog.js';
import { WebhookEmitter } from '../../lib/emitter/webhook-emitter.js';
import { EventConflictError } from '../../lib/errors/emit.errors.js';
import { CommitSignal } from '../../lib/emitter/commit-signal.js';
import { EventEntity } from '../../lib/persistence/entities/event.entity.js';
import { type AnyDatabase, databaseFor } from '../../lib/persistence/connection/open-database.js';
import { migrate } from '../../lib/persistence/migrations/schema.js';
import { storesFor } from '../../lib/persistence/stores-for.js';
import { posCatalog } from '../../lib/pos/pos-catalog.js';
import { eachDatabase } from '../support/databases.js';

const order = (uid: string) => ({ order: { Uid: uid } });

describe('WebhookEmitter', () => {
  eachDatabase((db) => {
    let host: DataSource;
    let database: AnyDatabase;
    let emitter: WebhookEmitter;
    let tenants = 0;
    /** The uid of a tenant that no other test uses. */
    const newTenant = (): string => `tenant-${++tenants}`;
    /** The committed events of a tenant, in the order of their numbers. */
    const committed = (tenantUid: string): Promise<EventEntity[]> =>
      database.dataSource.getRepository(EventEntity).find({ where: { tenantUid }, order: { id: 'ASC' } });

    beforeAll(async () => {
      host = await new DataSource(db().options).initialize();
      database = databaseFor(host, 2);
      await database.open();
      await migrate(database);
      emitter = new WebhookEmitter(
        storesFor(database).events,
        { catalog: posCatalog },
        host,
        new CommitSignal(),
      );
    });

    afterAll(async () => {
      await database.close();
      await host.destroy();
    });

    it("writes the event if the host's transaction commits, and not before", async () => {
      const tenantUid = newTenant();
      const occurredAt = new Date(1_700_000_000_123);
      const { eventUid } = await host.transaction(async (manager) => {
        const emitted = await emitter.emit('ORDER_SETTLED', order('700'), {
          tenantUid,
          manager,
          orderingKey: '700',
          occurredAt,
        });
        expect(await committed(tenantUid)).toEqual([]);
        return emitted;
      });
      expect(await committed(tenantUid)).toEqual([
        {
          id: expect.any(Number),
          tenantUid,
          eventUid,
          action: 'ORDER_SETTLED',
          orderingKey: '700',
          body: `{"action":"ORDER_SETTLED","tenant":{"Uid":"${tenantUid}"},"order":{"Uid":"700"}}`,
          occurredAt: 1_700_000_000_123,
          createdAt: expect.any(Number),
          expungedAt: null,
          traceparent: null,
        },
      ]);
    });

    it("writes nothing if the host's transaction rolls back", async () => {
      const tenantUid = newTenant();
      const work = host.transaction(async (manager) => {
        await emitter.emit('ORDER_SETTLED', order('700'), { tenantUid, manager });
        await emitter.emitMany([{ action: 'TILL_OPEN', data: { till: { Uid: '30' } } }], {
          tenantUid,
          manager,
        });
        throw new Error('the host changed its mind');
      });
      await expect(work).rejects.toThrow('the host changed its mind');
      expect(await committed(tenantUid)).toEqual([]);
    });

    it('writes and commits at once without a manager', async () => {
      const tenantUid = newTenant();
      const { eventUid } = await emitter.emit('ORDER_SETTLED', order('700'), { tenantUid });
      expect(await committed(tenantUid)).toMatchObject([{ eventUid }]);
    });

    it('uses the time of the emit, on the clock of the database, when none is given', async () => {
      const tenantUid = newTenant();
      await emitter.emit('ORDER_SETTLED', order('700'), { tenantUid });
      const [event] = await committed(tenantUid);
      expect(event).toMatchObject({ occurredAt: null });
      expect(Math.abs(event!.createdAt - database.now())).toBeLessThan(10_000);
    });

    it('accepts the same event again as a duplicate, in the same transaction and later', async () => {
      const tenantUid = newTenant();
      const again = { tenantUid, eventUid: 'order-700' };
      await host.transaction(async (manager) => {
        await emitter.emit('ORDER_SETTLED', order('700'), { ...again, manager });
        expect(await emitter.emit('ORDER_SETTLED', order('700'), { ...again, manager })).toEqual({
          eventUid: 'order-700',
        });
      });
      expect(await emitter.emit('ORDER_SETTLED', order('700'), again)).toEqual({ eventUid: 'order-700' });
      expect(await committed(tenantUid)).toHaveLength(1);
    });

    it('refuses another event under a known uid, and leaves the transaction usable', async () => {
      const tenantUid = newTenant();
      await emitter.emit('ORDER_SETTLED', order('700'), { tenantUid, eventUid: 'order-700' });
      await host.transaction(async (manager) => {
        const conflict = { tenantUid, eventUid: 'order-700', manager };
        await expect(emitter.emit('ORDER_SETTLED', order('701'), conflict)).rejects.toThrow(
          EventConflictError,
        );
        await emitter.emit('ORDER_SETTLED', order('701'), { tenantUid, eventUid: 'order-701', manager });
      });
      expect(await committed(tenantUid)).toMatchObject([
        { eventUid: 'order-700' },
        { eventUid: 'order-701' },
      ]);
      await expect(
        emitter.emit('ORDER_DELIVERED', order('700'), { tenantUid, eventUid: 'order-700' }),
      ).rejects.toMatchObject({
        code: 'EVENT_UID_CONFLICT',
        eventUid: 'order-700',
      });
    });

    it('keeps the uids of tenants apart', async () => {
      const [one, other] = [newTenant(), newTenant()];
      await emitter.emit('ORDER_SETTLED', order('700'), { tenantUid: one, eventUid: 'e' });
      await emitter.emit('ORDER_SETTLED', order('701'), { tenantUid: other, eventUid: 'e' });
      expect(await committed(other)).toMatchObject([{ eventUid: 'e' }]);
    });

    it('numbers 2,500 events of one call in their order, inside a transaction and without one', async () => {
      for (const transactional of [true, false]) {
        const tenantUid = newTenant();
        const events = Array.from({ length: 2_500 }, (_, index) => ({
          action: 'ORDER_SETTLED' as const,
          data: order(String(index)),
          eventUid: `e-${index}`,
        }));
        const emitted = transactional
          ? await host.transaction((manager) => emitter.emitMany(events, { tenantUid, manager }))
          : await emitter.emitMany(events, { tenantUid });
        expect(emitted.map(({ eventUid }) => eventUid)).toEqual(events.map(({ eventUid }) => eventUid));
        expect((await committed(tenantUid)).map(({ eventUid }) => eventUid)).toEqual(
          events.map(({ eventUid }) => eventUid),
        );
      }
    });

    it('counts duplicates within a call as one event', async () => {
      const tenantUid = newTenant();
      const event = { action: 'ORDER_SETTLED' as const, data: order('700'), eventUid: 'e' };
      const between = { action: 'TILL_OPEN' as const, data: { till: { Uid: '30' } }, eventUid: 'between' };
      const emitted = await emitter.emitMany([event, between, event], { tenantUid });
      expect(emitted).toEqual([{ eventUid: 'e' }, { eventUid: 'between' }, { eventUid: 'e' }]);
      expect(await committed(tenantUid)).toMatchObject([{ eventUid: 'e' }, { eventUid: 'between' }]);
    });

    it('writes none of many events when one of them is refused', async () => {
      const tenantUid = newTenant();
      const loose = emitter as unknown as WebhookEmitter<ActionCatalog>;
      const good = { action: 'ORDER_SETTLED', data: order('700'), eventUid: 'e' };
      const bad = [
        { action: 'ORDER_SETLED', data: order('700') },
        { action: 'ORDER_SETTLED', data: { order: 1n } },
        { action: 'ORDER_SETTLED', data: order('701'), eventUid: 'e' },
      ];
      for (const event of bad)
        await expect(loose.emitMany([good, event], { tenantUid })).rejects.toHaveProperty('code');
      expect(await committed(tenantUid)).toEqual([]);
    });

    it('refuses a manager that is in no transaction, before anything is written', async () => {
      const tenantUid = newTenant();
      const to = { tenantUid, manager: host.manager };
      await expect(emitter.emit('ORDER_SETTLED', order('700'), to)).rejects.toHaveProperty(
        'code',
        'MANAGER_NOT_IN_TRANSACTION',
      );
      await expect(emitter.emitMany([], to)).rejects.toHaveProperty('code', 'MANAGER_NOT_IN_TRANSACTION');
      expect(await committed(tenantUid)).toEqual([]);
    });

    it('does nothing without events', async () => {
      expect(await emitter.emitMany([], { tenantUid: newTenant() })).toEqual([]);
    });

    it('stores any text of a payload unchanged', async () => {
      const tenantUid = newTenant();
      const note = 'NUL \0, lone \ud800, emoji 🧾, quote "\', backslash \\, line \u2028 end';
      await emitter.emit('ORDER_SETTLED', { ...order('700'), note }, { tenantUid });
      const [event] = await committed(tenantUid);
      expect((JSON.parse(event!.body) as { note: string }).note).toBe(note);
    });
  });
});
