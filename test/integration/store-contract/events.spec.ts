import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { TypeOrmTransactions } from '../../../lib/emitter/typeorm-transactions.js';
import type { NewEvent } from '../../../lib/persistence/ports/event-store.js';
import { eachDatabase } from '../../support/databases.js';
import { newEvent, StoreFixture } from '../../support/store-fixture.js';

describe('EventStore', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    let host: DataSource;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      host = await new DataSource(db().options).initialize();
    });
    beforeEach(() => fixture.empty());
    afterAll(async () => {
      await host.destroy();
      await fixture.close();
    });

    const transactions = new TypeOrmTransactions();
    const insert = (events: readonly NewEvent[], manager?: EntityManager) =>
      fixture.stores.events.insert(events, manager && transactions.of(manager));
    const rising = (ids: readonly number[]): boolean =>
      ids.every((id, index) => index === 0 || id > ids[index - 1]!);

    it('writes every event to the outbox, from which a rollback removes it', async () => {
      const [alone] = await insert([newEvent()]);
      await host.transaction(async (manager) => {
        await insert([newEvent({ eventUid: 'kept' }), newEvent()], manager);
      });
      const rolledBack = host.transaction(async (manager) => {
        await insert([newEvent({ eventUid: 'undone' }), newEvent()], manager);
        throw new Error('on purpose');
      });
      await expect(rolledBack).rejects.toThrow('on purpose');
      const events = await fixture.rows('webhook_event');
      expect(events).toHaveLength(3);
      expect(events[0]).toMatchObject({ event_uid: alone!.eventUid });
      expect((await fixture.rows('webhook_outbox')).map((row) => row['event_id'])).toEqual(
        events.map((row) => row['id']),
      );
    });

    it('numbers a batch in its order, however many statements it takes', async () => {
      const events = Array.from({ length: 2_300 }, () => newEvent());
      const inserted = await insert(events);
      expect(inserted.map(({ eventUid }) => eventUid)).toEqual(events.map(({ eventUid }) => eventUid));
      expect(rising(await fixture.idsOf(inserted))).toBe(true);
    });

    it('numbers later events higher than those that were committed before', async () => {
      const first = await fixture.emit({}, {});
      const second = await host.transaction((manager) => insert([newEvent()], manager));
      const third = await fixture.emit({});
      expect(rising([...first, ...(await fixture.idsOf(second)), ...third])).toBe(true);
    });

    describe.each([
      ['in a transaction of the host', true],
      ['by itself', false],
    ])('%s', (_, isInTransaction) => {
      const insertAgain = (events: ReturnType<typeof newEvent>[]) =>
        isInTransaction ? host.transaction((manager) => insert(events, manager)) : insert(events);

      it('distinguishes a repeated event from a different event with the same uid, also among new events', async () => {
        await insert([newEvent({ eventUid: 'a', body: '{"n":1}' })]);
        const inserted = await insertAgain([
          newEvent({ eventUid: 'new' }),
          newEvent({ eventUid: 'a', body: '{"n":1}' }),
          newEvent({ eventUid: 'newer' }),
        ]);
        expect(inserted).toEqual([
          { eventUid: 'new', duplicate: 'none' },
          { eventUid: 'a', duplicate: 'same' },
          { eventUid: 'newer', duplicate: 'none' },
        ]);
        const [different] = await insertAgain([newEvent({ eventUid: 'a', body: '{"n":2}' })]);
        expect(different).toEqual({ eventUid: 'a', duplicate: 'different' });
        expect(await fixture.rows('webhook_outbox')).toHaveLength(3);
        expect(await fixture.rowsWith('webhook_event', { event_uid: 'a' })).toMatchObject([
          { body: '{"n":1}' },
        ]);
      });
    });

    it('leaves the transaction usable after a duplicate', async () => {
      await insert([newEvent({ eventUid: 'a' })]);
      await host.transaction(async (manager) => {
        const [duplicate] = await insert([newEvent({ eventUid: 'a', body: '{}' })], manager);
        expect(duplicate).toMatchObject({ duplicate: 'different' });
        await insert([newEvent({ eventUid: 'b' })], manager);
      });
      expect(await fixture.rowsWith('webhook_event', { event_uid: 'b' })).toHaveLength(1);
    });

    it('sees a duplicate of its own transaction, also when a savepoint undid the first', async () => {
      await host.transaction(async (manager) => {
        await manager
          .transaction(async (nested) => {
            await insert([newEvent({ eventUid: 'a', body: '{"n":1}' })], nested);
            throw new Error('on purpose');
          })
          .catch(() => undefined);
        const [again] = await insert([newEvent({ eventUid: 'a', body: '{"n":2}' })], manager);
        expect(again).toMatchObject({ duplicate: 'none' });
        const [twice] = await insert([newEvent({ eventUid: 'a', body: '{"n":2}' })], manager);
        expect(twice).toMatchObject({ duplicate: 'same' });
      });
      expect(await fixture.rows('webhook_outbox')).toHaveLength(1);
    });

    if (kind === 'postgres') {
      it('waits for a transaction that is writing the same uid, and then knows whether it exists', async () => {
        const other = await new DataSource(db().options).initialize();
        try {
          for (const outcome of ['commit', 'rollback'] as const) {
            const runner = other.createQueryRunner();
            await runner.startTransaction();
            await insert([newEvent({ eventUid: outcome, body: '{"n":1}' })], runner.manager);
            const waiting = host.transaction((manager) =>
              insert([newEvent({ eventUid: outcome, body: '{"n":2}' })], manager),
            );
            await (outcome === 'commit' ? runner.commitTransaction() : runner.rollbackTransaction());
            await runner.release();
            const [inserted] = await waiting;
            expect(inserted).toMatchObject({ duplicate: outcome === 'commit' ? 'different' : 'none' });
          }
        } finally {
          await other.destroy();
        }
      });
    }

    it('does nothing without events', async () => {
      expect(await insert([])).toEqual([]);
    });
  });
});
