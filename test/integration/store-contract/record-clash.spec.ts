import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { classify } from '../../../lib/persistence/errors/driver-errors.js';
import { group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('RecordStore, for an attempt that counts and has the number and start of a stored one', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    afterAll(() => fixture.close());

    it('refuses the group, and changes neither queue nor log', async () => {
      const transport = await fixture.transport();
      await fixture.webhook(transport);
      await fixture.queue({});
      const [delivery] = await fixture.due(transport);
      const record = retried(delivery!, delivery!.dueAt + 60_000);
      await fixture.query(
        `INSERT INTO webhook_attempt (delivery_id, number, started_at, duration_ms, trigger, orphaned)
         VALUES (?, ?, ?, 1, 'SCHEDULE', ?)`,
        [delivery!.deliveryId, delivery!.attempts + 1, record.startedAt, db().kind === 'sqlite' ? 0 : false],
      );
      const before = [await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')];
      // The errors of the driver come from another realm than the test, so `toThrow` does not recognize them.
      const refused = await fixture.stores.records.record(group({ attempts: [record] })).catch(classify);
      expect(refused).toBe('unique');
      expect([await fixture.rows('webhook_queue'), await fixture.rows('webhook_delivery')]).toEqual(before);
    });
  });
});
