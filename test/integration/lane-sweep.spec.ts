import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LaneSweep } from '../../lib/delivery/lane-sweep.js';
import type { HttpTransportEntity } from '../../lib/persistence/entities/http-transport.entity.js';
import { PARKED_DUE_AT } from '../../lib/persistence/record-store.js';
import { eachDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';

const LONG_AGO = 1;
const FIRST_KEY = { transportId: 0, orderingKey: '' };

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
      await new LaneSweep(fixture.stores.sweep, { now, warn: (text) => warnings.push(text) }).sweep();
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
      ['never again', { due_at: null }],
      ['far too late', { due_at: PARKED_DUE_AT }],
    ])('tells a lane that would be looked at %s although it has something due', async (_, damage) => {
      const transport = await due('shop');
      await setLane(transport, damage);
      const { version } = await lane(transport);
      await sweep();
      const { due_at: dueAt, version: told } = await lane(transport);
      expect(dueAt).toBeLessThanOrEqual(fixture.database.now());
      expect(told).toBe(Number(version) + 1);
      expect(warnings).toEqual([expect.stringMatching(/left to themselves.*number \d+/)]);
    });

    it('makes due what is parked behind nothing, of each key the first', async () => {
      const transport = await due('shop', ['a', 'a', 'b', null]);
      for (const orderingKey of ['a', 'b'])
        await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { ordering_key: orderingKey });
      await fixture.set('webhook_delivery', { due_at: PARKED_DUE_AT }, { transport_id: transport.id });
      await sweep();
      const dates = (await fixture.rows('webhook_queue')).map((row) => row['due_at'] === PARKED_DUE_AT);
      expect(dates).toEqual([false, true, false, false]);
      const logged = (await fixture.rows('webhook_delivery')).map((row) => row['due_at'] === PARKED_DUE_AT);
      expect(logged).toEqual([false, true, false, true]);
      expect(warnings).toEqual([expect.stringMatching(/behind nothing/)]);
    });

    it('leaves a healthy database as it is, whatever its lanes wait for', async () => {
      const inAMinute = fixture.database.now() + 60_000;
      await due('told');
      await setLane(await due('held'), { holder: 'somebody', due_at: inAMinute, lease_until: inAMinute });
      await setLane(await due('blocked'), { due_at: inAMinute, blocked_until: inAMinute });
      const paused = await due('paused');
      await setLane(paused, { due_at: null });
      await fixture.set('webhook_http_transport', { state: 'PAUSED' }, { id: paused.id });
      const ordered = await due('ordered', ['a', 'a']);
      const [, behind] = await fixture.rowsWith('webhook_queue', { transport_id: ordered.id });
      await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { event_id: behind!['event_id']! });
      // Just queued by somebody who is about to tell its lane.
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

    it('looks at no more than it is told to, and goes on where it stopped', async () => {
      const transports = [await due('a', ['x', 'y']), await due('b', ['x']), await due('c', ['x'])];
      const ids = transports.map(({ id }) => id);
      for (const transport of transports) await setLane(transport, { due_at: null });
      await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { ordering_key: 'x' });
      await fixture.set('webhook_queue', { due_at: LONG_AGO }, { ordering_key: 'y' });
      const now = fixture.database.now();
      const { sweep: store } = fixture.stores;
      const keys = await store.freeStrandedKeys({ after: FIRST_KEY, limit: 3, now });
      expect(keys).toEqual({ repaired: ids.slice(0, 2), next: { transportId: ids[1], orderingKey: 'x' } });
      expect(await store.freeStrandedKeys({ after: keys.next!, limit: 3, now })).toEqual({
        repaired: [ids[2]],
        next: undefined,
      });
      for (const transport of transports) await setLane(transport, { due_at: null });
      const lanes = { limit: 2, now: now + 1, dueBefore: now + 1 };
      const first = await store.tellForgottenLanes({ ...lanes, after: 0 });
      expect(first).toEqual({ repaired: ids.slice(0, 2), next: ids[1] });
      expect(await store.tellForgottenLanes({ ...lanes, after: ids[1]! })).toEqual({
        repaired: [ids[2]],
        next: undefined,
      });
    });
  });
});
