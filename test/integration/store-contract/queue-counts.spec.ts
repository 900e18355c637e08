import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { turnsDuring } from '../../support/event-loop-turns.js';
import { LaneFixture } from '../../support/lane-fixture.js';
import { seedBacklog } from '../../support/seed-deliveries.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('QueueCountStore', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const pending = (tenantUid: string, most = 1_000) => fixture.stores.counts.pending(tenantUid, most);

    it('counts the pending deliveries of a tenant over all its transports, and of nobody else', async () => {
      for (const tenantUid of ['shop', 'shop', 'cafe'])
        await fixture.webhook(await fixture.transport(tenantUid));
      await fixture.transport('idle');
      await fixture.queue({}, {}, {}, { tenantUid: 'cafe' });
      expect(await pending('shop')).toBe(6);
      expect(await pending('cafe')).toBe(1);
      expect(await pending('idle')).toBe(0);
      expect(await pending('nobody')).toBe(0);
    });

    it('stops at the bound, within a transport and between transports', async () => {
      for (let count = 0; count < 3; count++) await fixture.webhook(await fixture.transport());
      await fixture.queue({}, {}, {});
      for (const most of [1, 3, 4, 8, 9]) expect(await pending('shop', most)).toBe(most);
      expect(await pending('shop', 10)).toBe(9);
    });

    it('begins where the next scan of a lane does, and counts what is due later or parked', async () => {
      const transport = await fixture.transport();
      await fixture.webhook(transport);
      const ids = await fixture.queue({}, {}, {}, {});
      for (const [index, dueAt] of [100, 200, 300, 8_640_000_000_000_000].entries())
        await fixture.set('webhook_queue', { due_at: dueAt }, { event_id: ids[index]! });
      expect(await pending('shop')).toBe(4);
      await new LaneFixture(fixture).set(transport, { scan_from: 200 });
      expect(await pending('shop')).toBe(3);
    });

    it('counts a long backlog exactly, and lets the event loop go on meanwhile', async () => {
      const transports = [await fixture.transport(), await fixture.transport()];
      for (const { tenantUid, httpTransportUid } of transports) {
        await seedBacklog(fixture.database.dataSource, { tenantUid, httpTransportUid, count: 25_000 });
        await fixture.query(`DELETE FROM ${fixture.database.table('webhook_event')}`);
      }
      let counted = 0;
      const turns = await turnsDuring(async () => {
        counted = await pending('shop', 100_000);
      });
      expect(counted).toBe(50_000);
      expect(await pending('shop', 34_567)).toBe(34_567);
      if (kind === 'sqlite') expect(turns).toBeGreaterThanOrEqual(4);
    });
  });
});
