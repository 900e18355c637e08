import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LaneSweep } from '../../lib/delivery/lanes/lane-sweep.js';
import type { HttpTransportEntity } from '../../lib/persistence/entities/http-transport.entity.js';
import { PARKED_DUE_AT } from '../../lib/persistence/ports/record-store.js';
import { eachDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';

const LONG_AGO = 1;

describe('The sweep', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const warnings: string[] = [];
    const sweep = async (): Promise<void> => {
      warnings.length = 0;
      const now = (): number => fixture.database.now();
      await new LaneSweep(fixture.stores.sweep, {
        now,
        elapsed: () => performance.now(),
        warn: (text) => warnings.push(text),
      }).sweepAll();
    };
    const lane = async ({ id }: HttpTransportEntity) =>
      (await fixture.rowsWith('webhook_lane', { transport_id: id }))[0]!;
    const setLane = ({ id }: HttpTransportEntity, values: Parameters<StoreFixture['set']>[1]) =>
      fixture.set('webhook_lane', values, { transport_id: id });
    /** A transport with deliveries due for long. */
    const due = async (tenantUid: string, keys: (string | null)[] = [null]): Promise<HttpTransportEntity> => {
      const transport = await fixture.transport(tenantUid);
      await fixture.webhook(transport, { ordered: true });
      await fixture.queue(...keys.map((orderingKey) => ({ tenantUid, orderingKey })));
      await fixture.set('webhook_queue', { due_at: LONG_AGO }, { transport_id: transport.id });
      return transport;
    };
    const everything = async () =>
      Promise.all([
        fixture.rows('webhook_lane'),
        fixture.rows('webhook_queue'),
        fixture.rows('webhook_delivery'),
      ]);

    it.each([
      ['never', { due_at: null }],
      ['far too late', { due_at: PARKED_DUE_AT }],
    ])('schedules a lane that would be claimed %s although it has something due', async (_, damage) => {
      const transport = await due('shop');
      await setLane(transport, damage);
      const { version } = await lane(transport);
      await sweep();
      const { due_at: dueAt, version: notified } = await lane(transport);
      expect(dueAt).toBeLessThanOrEqual(fixture.database.now());
      expect(notified).toBe(Number(version) + 1);
      expect(warnings).toEqual([expect.stringMatching(/^Resumed 1 HTTP transport\(s\).*: \d+\)/)]);
    });

    it('leaves a healthy database as it is, whatever its lanes wait for', async () => {
      const inAMinute = fixture.database.now() + 60_000;
      await due('notified');
      await setLane(await due('held'), { holder: 'somebody', due_at: inAMinute, lease_until: inAMinute });
      await setLane(await due('blocked'), { due_at: inAMinute, blocked_until: inAMinute });
      await fixture.changeState(await due('paused'), 'PAUSED');
      const ordered = await due('ordered', ['a', 'a']);
      const [, behind] = await fixture.rowsWith('webhook_queue', { transport_id: ordered.id });
      await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { event_id: behind!['event_id']! });
      // Just queued by a process that is about to notify the lane.
      const fresh = await due('fresh');
      await setLane(fresh, { due_at: null });
      const now = fixture.database.now();
      await fixture.set('webhook_queue', { due_at: now - 1_000 }, { transport_id: fresh.id });
      const idle = await fixture.transport('idle');
      await setLane(idle, { due_at: null });

      const before = await everything();
      await sweep();
      expect(await everything()).toEqual(before);
      expect(warnings).toEqual([]);
    });

    it('looks at no more lanes than the given number, and continues where it stopped', async () => {
      const ids: number[] = [];
      for (const tenant of ['a', 'b', 'c']) {
        const transport = await due(tenant);
        await setLane(transport, { due_at: null });
        ids.push(transport.id);
      }
      const now = fixture.database.now();
      const step = (after: number) =>
        fixture.stores.sweep.scheduleStrandedLanes({ after, limit: 2, now, dueBefore: now });
      expect(await step(0)).toEqual({ repaired: ids.slice(0, 2), next: ids[1] });
      expect(await step(ids[1]!)).toEqual({ repaired: [ids[2]], next: undefined });
    });
  });
});
