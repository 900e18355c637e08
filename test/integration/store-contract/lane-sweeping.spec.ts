import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LONGEST_LEASE_MS } from '../../../lib/domain/lease.js';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import { PARKED_DUE_AT } from '../../../lib/persistence/ports/record-store.js';
import { eachDatabase } from '../../support/databases.js';
import { LaneFixture } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';

const LONG_AGO = 1;
/** The sweep ignores deliveries that became due within this time, because their lane may not have been notified of them yet. */
const GRACE_MS = 10_000;

describe('SweepStore', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let lane: LaneFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      lane = new LaneFixture(fixture);
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const sweep = (after = 0, limit = 100) => {
      const now = fixture.database.now();
      return fixture.stores.sweep.scheduleStrandedLanes({ after, limit, now, dueBefore: now - GRACE_MS });
    };
    /** A transport with a delivery that has been due for long. */
    const backlog = async (tenantUid = 'shop'): Promise<HttpTransportEntity> => {
      const transport = await fixture.transport(tenantUid);
      await fixture.webhook(transport);
      await fixture.queue({ tenantUid });
      await fixture.set('webhook_queue', { due_at: LONG_AGO }, { transport_id: transport.id });
      return transport;
    };

    it.each([
      ['never', { due_at: null }],
      ['far too late', { due_at: PARKED_DUE_AT }],
    ])('schedules a lane that would be claimed %s although it has something due', async (_, damage) => {
      const transport = await backlog();
      await lane.set(transport, { ...damage, scan_from: 77 });
      const { version } = await lane.row(transport);
      expect(await sweep()).toEqual({ repaired: [transport.id], next: undefined });
      const row = await lane.row(transport);
      expect(row).toMatchObject({ version: Number(version) + 1, scan_from: -1 });
      expect(Number(row['due_at'])).toBeLessThanOrEqual(fixture.database.now());
      expect(await lane.dueIds()).toEqual([transport.id]);
      expect(await sweep()).toEqual({ repaired: [], next: undefined });
    });

    it('schedules a lane whose lease ends later than any lease can, and keeps its holder', async () => {
      const transport = await backlog();
      const tooLate = fixture.database.now() + LONGEST_LEASE_MS + 60_000;
      await lane.set(transport, { holder: 'dead', due_at: tooLate, lease_until: tooLate, scan_from: 77 });
      expect(await sweep()).toEqual({ repaired: [transport.id], next: undefined });
      expect(await lane.row(transport)).toMatchObject({ holder: 'dead', scan_from: -1 });
      expect(await lane.claim()).toMatchObject([{ transportId: transport.id, crashes: 1 }]);
      expect(await sweep()).toEqual({ repaired: [], next: undefined });
    });

    it('leaves a healthy database as it is, whatever its lanes wait for', async () => {
      const inAMinute = fixture.database.now() + 60_000;
      await backlog('notified');
      await lane.set(await backlog('held'), { holder: 'me', due_at: inAMinute, lease_until: inAMinute });
      await lane.set(await backlog('blocked'), { due_at: inAMinute, blocked_until: inAMinute });
      for (const state of ['PAUSED', 'DISABLED'] as const)
        await fixture.changeState(await backlog(state), state);
      // Just queued by a process that is about to notify the lane.
      const fresh = await backlog('fresh');
      await lane.set(fresh, { due_at: null });
      const now = fixture.database.now();
      await fixture.set('webhook_queue', { due_at: now - 1_000 }, { transport_id: fresh.id });
      await fixture.transport('idle');

      const tables = () => Promise.all([fixture.rows('webhook_lane'), fixture.rows('webhook_queue')]);
      const before = await tables();
      expect(await sweep()).toEqual({ repaired: [], next: undefined });
      expect(await tables()).toEqual(before);
    });

    it('looks at no more lanes than the limit, and continues where it stopped', async () => {
      const ids: number[] = [];
      for (const tenantUid of ['a', 'b', 'c']) {
        const transport = await backlog(tenantUid);
        await lane.set(transport, { due_at: null });
        ids.push(transport.id);
      }
      expect(await sweep(0, 2)).toEqual({ repaired: ids.slice(0, 2), next: ids[1] });
      expect(await sweep(ids[1], 2)).toEqual({ repaired: [ids[2]], next: undefined });
    });
  });
});
