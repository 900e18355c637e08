import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { QueuedDelivery } from '../../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT, type AttemptRecord } from '../../../lib/persistence/ports/record-store.js';
import { delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('RecordStore, of ordered deliveries,', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let transport: HttpTransportEntity;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
      await fixture.webhook(transport, { ordered: true });
    });
    afterAll(() => fixture.close());

    const record = (...attempts: AttemptRecord[]) => fixture.stores.records.record(group({ attempts }));
    const dueDeliveries = async (
      ...events: { orderingKey?: string }[]
    ): Promise<readonly QueuedDelivery[]> => {
      await fixture.queue(...events);
      return fixture.due(transport);
    };

    const park = (...parked: QueuedDelivery[]) => fixture.stores.records.record(group({ parked }));
    const dates = async () => (await fixture.rows('webhook_queue')).map((row) => row['due_at']);

    it('parks the deliveries behind an earlier one of their key, and no others', async () => {
      const [first, second, other] = await dueDeliveries(
        { orderingKey: 'k' },
        { orderingKey: 'k' },
        { orderingKey: 'other' },
      );
      await park(first!, second!, other!);
      expect(await dates()).toEqual([first!.dueAt, PARKED_DUE_AT, other!.dueAt]);
      expect(await fixture.due(transport)).toMatchObject([
        { eventId: first!.eventId },
        { eventId: other!.eventId },
      ]);
    });

    it.each([
      ['was delivered', (head: QueuedDelivery) => delivered(head)],
      ['has failed for good', (head: QueuedDelivery) => failed(head, 'EXHAUSTED')],
    ])('unparks the next delivery of the key when the head %s, and no other', async (_, end) => {
      const [head, second, third] = await dueDeliveries(
        { orderingKey: 'k' },
        { orderingKey: 'k' },
        { orderingKey: 'k' },
      );
      await park(second!, third!);
      await fixture.stores.records.record(group({ attempts: [end(head!)], now: 4_000 }));
      expect(await dates()).toEqual([4_000, PARKED_DUE_AT]);
      expect(await fixture.rowsWith('webhook_queue', { due_at: 4_000 })).toMatchObject([
        { event_id: second!.eventId },
      ]);
    });

    it('holds the key back while the head is to be tried again', async () => {
      const [head, second] = await dueDeliveries({ orderingKey: 'k' }, { orderingKey: 'k' });
      await park(second!);
      await record(retried(head!, head!.dueAt + 60_000));
      expect(await dates()).toEqual([head!.dueAt + 60_000, PARKED_DUE_AT]);
    });

    it('does not park a delivery whose head ends in the same group', async () => {
      const [head, second] = await dueDeliveries({ orderingKey: 'k' }, { orderingKey: 'k' });
      await fixture.stores.records.record(group({ attempts: [delivered(head!)], parked: [second!] }));
      expect(await dates()).toEqual([second!.dueAt]);
    });

    it('unparks the next delivery when two of the key end in one group', async () => {
      const [first, second, third] = await dueDeliveries(
        { orderingKey: 'k' },
        { orderingKey: 'k' },
        { orderingKey: 'k' },
      );
      await park(third!);
      await fixture.stores.records.record(
        group({ attempts: [delivered(first!), delivered(second!)], now: 4_000 }),
      );
      expect(await dates()).toEqual([4_000]);
    });

    it('unparks the deliveries that are parked behind no other, and only these', async () => {
      const [first, second, other] = await dueDeliveries(
        { orderingKey: 'k' },
        { orderingKey: 'k' },
        { orderingKey: 'other' },
      );
      const unpark = () => fixture.stores.records.unpark([transport.id, 987_654], 4_000);
      await park(second!);
      expect(await unpark()).toEqual(new Set());
      // The end of the first, and the parking of those behind it, as if neither had seen the other.
      await record(delivered(first!));
      for (const { eventId } of [second!, other!])
        await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { event_id: eventId });
      expect(await unpark()).toEqual(new Set([transport.id]));
      expect(await dates()).toEqual([4_000, 4_000]);
      expect(await unpark()).toEqual(new Set());
    });

    it('leaves the keys of other transports alone', async () => {
      const other = await fixture.transport();
      await fixture.webhook(other, { ordered: true });
      await fixture.queue({ orderingKey: 'k' }, { orderingKey: 'k' });
      const [mine, others] = [await fixture.due(transport), await fixture.due(other)];
      await park(mine[1]!, others[1]!);
      await record(delivered(mine[0]!));
      expect((await fixture.due(transport)).map(({ eventId }) => eventId)).toEqual([mine[1]!.eventId]);
      expect((await fixture.due(other)).map(({ eventId }) => eventId)).toEqual([others[0]!.eventId]);
    });
  });
});
