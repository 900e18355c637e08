import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { LaneStore } from '../../../lib/persistence/ports/lane-store.js';
import { PARKED_DUE_AT } from '../../../lib/persistence/ports/record-store.js';
import { eachDatabase } from '../../support/databases.js';
import { LaneScene } from '../../support/lane-scene.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('The lanes that a process holds', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    let transport: HttpTransportEntity;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
      await fixture.webhook(transport);
      await fixture.queue({}, {}, {});
    });
    afterAll(() => fixture.close());

    const endLease = () =>
      fixture.set('webhook_lane', { due_at: 1, lease_until: 1 }, { transport_id: transport.id });
    const laneRow = async () => (await fixture.rowsWith('webhook_lane', { transport_id: transport.id }))[0]!;

    /** Makes the database refuse every change of a lane's row. @returns undoes it */
    const refuseLane = async (transportId: number): Promise<() => Promise<unknown>> => {
      const { dataSource } = fixture.database;
      if (kind === 'sqlite') {
        await dataSource.query(
          `CREATE TRIGGER bad_lane BEFORE UPDATE ON webhook_lane WHEN OLD.transport_id = ${transportId}
           BEGIN SELECT RAISE(ABORT, 'unwritable'); END`,
        );
        return () => dataSource.query('DROP TRIGGER bad_lane');
      }
      await dataSource.query(
        `CREATE FUNCTION bad_lane() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''unwritable''; END'`,
      );
      await dataSource.query(
        `CREATE TRIGGER bad_lane BEFORE UPDATE ON webhook_lane FOR EACH ROW WHEN (OLD.transport_id = ${transportId})
         EXECUTE FUNCTION bad_lane()`,
      );
      return () => dataSource.query('DROP FUNCTION bad_lane() CASCADE');
    };

    it('are claimed as they are due, as far as there are places, with a reserve for other tenants', async () => {
      for (let count = 0; count < 5; count++) await fixture.webhook(await fixture.transport());
      await fixture.webhook(await fixture.transport('other', { url: 'https://other.example.com' }));
      await fixture.queue({}, { tenantUid: 'other' });
      const scene = new LaneScene(fixture, { mostLanes: 4 });
      const lanes = await scene.claim(3);
      expect(lanes.filter(({ tenantUid }) => tenantUid === 'shop')).toHaveLength(2);
      expect(lanes.filter(({ tenantUid }) => tenantUid === 'other')).toHaveLength(1);
      expect(scene.claimer.isShort).toBe(true);
    });

    it('take over a new configuration', async () => {
      const scene = new LaneScene(fixture);
      const [lane] = await scene.claim();
      expect(await scene.upkeep.refresh()).toEqual([]);
      await fixture.set('webhook_http_transport', { max_concurrency: 3, version: 2 }, { id: transport.id });
      await scene.upkeep.refresh();
      expect(lane!.config).toMatchObject({ maxConcurrency: 3, version: 2 });
    });

    it('are given up when they were deleted, or when another process has claimed them; the crash that the other process counted is then reset', async () => {
      const [scene, other] = [new LaneScene(fixture), new LaneScene(fixture, { holder: 'other' })];
      const [lane] = await scene.claim();
      await endLease();
      const [theirs] = await other.claim();
      expect(await laneRow()).toMatchObject({ crashes: 1 });
      expect(await scene.upkeep.refresh()).toEqual([lane]);
      expect([lane!.state, scene.held.size, scene.held.places.taken]).toEqual(['CLOSED', 0, 0]);
      expect(await laneRow()).toMatchObject({ crashes: 0 });
      await fixture.removeTransport(transport);
      expect(await other.upkeep.refresh()).toEqual([theirs]);
    });

    it('are given up if a release has succeeded and its result was lost, and are claimed again', async () => {
      const { lanes } = fixture.stores;
      const release: LaneStore['release'] = async (releases) => {
        await lanes.release(releases);
        throw Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });
      };
      const lossy: LaneStore = new Proxy(lanes, {
        get: (_, name: keyof LaneStore) =>
          name === 'release' ? release : (lanes[name] as (...args: unknown[]) => unknown).bind(lanes),
      });
      const scene = new LaneScene(fixture, { store: lossy });
      const [lane] = await scene.claim();
      lane!.drain();
      await scene.release(lane!);
      expect([lane!.state, scene.errors.length]).toEqual(['DRAINING', 1]);
      expect(await scene.upkeep.refresh()).toEqual([lane]);
      expect(await new LaneScene(fixture).claim()).toHaveLength(1);
    });

    it('have their leases extended when these are in doubt', async () => {
      const scene = new LaneScene(fixture);
      const [lane] = await scene.claim();
      lane!.drain();
      lane!.release(fixture.database.now());
      lane!.releaseUncertain(performance.now());
      expect(lane!.coversAttempt(performance.now())).toBe(false);
      await scene.upkeep.refresh();
      expect(lane!.coversAttempt(performance.now())).toBe(true);
    });

    it('are kept when work was added before their release, and released otherwise', async () => {
      await fixture.set(
        'webhook_queue',
        { due_at: fixture.database.now() + 60_000 },
        { transport_id: transport.id },
      );
      const scene = new LaneScene(fixture);
      const [lane] = await scene.claim();
      await scene.read(lane!);
      const version = Number((await laneRow())['version']) + 1;
      await fixture.set('webhook_lane', { version }, { transport_id: transport.id });
      await scene.release(lane!);
      expect([lane!.state, scene.held.has(lane!)]).toEqual(['OPEN', true]);
      await scene.read(lane!);
      await scene.release(lane!);
      expect([lane!.state, scene.held.size, scene.held.places.taken]).toEqual(['CLOSED', 0, 0]);
      expect(await laneRow()).toMatchObject({ holder: null });
    });

    it('are kept if all their deliveries are parked and wait for nobody: these become due', async () => {
      await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { transport_id: transport.id });
      const scene = new LaneScene(fixture);
      const [lane] = await scene.claim();
      await scene.read(lane!);
      await scene.release(lane!);
      expect([lane!.state, scene.held.has(lane!)]).toEqual(['OPEN', true]);
      await scene.read(lane!);
      expect(lane!.readyCount).toBe(3);
    });

    it('are renewed and released beside one whose row cannot be written', async () => {
      await fixture.webhook(await fixture.transport('other', { url: 'https://other.example.com' }));
      await fixture.queue({ tenantUid: 'other' });
      const scene = new LaneScene(fixture);
      const lanes = await scene.claim(2);
      const bad = lanes.find(({ tenantUid }) => tenantUid === 'shop')!;
      const good = lanes.find(({ tenantUid }) => tenantUid === 'other')!;
      const mend = await refuseLane(bad.transportId);

      expect(await scene.renewals.renew(lanes)).toEqual(new Set([good]));
      expect([good.state, bad.state]).toEqual(['OPEN', 'DRAINING']);
      good.drain();
      for (const lane of lanes) scene.releaser.schedule(lane);
      await scene.release(bad);
      expect([good.state, bad.state]).toEqual(['CLOSED', 'DRAINING']);
      expect(scene.errors.length).toBeGreaterThan(0);

      await mend();
      await scene.release(bad);
      expect(bad.state).toBe('CLOSED');
    });

    if (kind === 'postgres') {
      it('are not released again and again while another transaction has locked one of them', async () => {
        let released = 0;
        const { lanes } = fixture.stores;
        const counting: LaneStore = new Proxy(lanes, {
          get: (_, name: keyof LaneStore) => {
            if (name === 'release') released += 1;
            return (lanes[name] as (...args: unknown[]) => unknown).bind(lanes);
          },
        });
        const scene = new LaneScene(fixture, { store: counting });
        const [lane] = await scene.claim();
        scene.releaseWhenInspected();
        lane!.drain();
        const runner = fixture.database.dataSource.createQueryRunner();
        await runner.startTransaction();
        await runner.query(`SELECT 1 FROM webhook_lane WHERE transport_id = ${transport.id} FOR UPDATE`);
        await scene.release(lane!);
        await sleep(200);
        expect(released).toBeLessThanOrEqual(2);
        await runner.rollbackTransaction();
        await runner.release();
        await scene.release(lane!);
        expect(lane!.state).toBe('CLOSED');
      });
    }

    it('have their rate usage written when a renewal resolves, also if another renewal was under way', async () => {
      const limit = { rate_limit_requests: 5, rate_limit_per_seconds: 60 };
      await fixture.set('webhook_http_transport', limit, { id: transport.id });
      const scene = new LaneScene(fixture);
      const [lane] = await scene.claim();
      await scene.read(lane!);
      const before = scene.renewals.renew([lane!]);
      lane!.next(fixture.database.now());
      const [, renewed] = await Promise.all([before, scene.renewals.renew([lane!])]);
      expect(renewed).toEqual(new Set([lane]));
      expect(await laneRow()).toMatchObject({ rate_used: 1 });
      await endLease();
      await new LaneScene(fixture, { holder: 'other' }).claim();
      expect(await scene.renewals.renew([lane!])).toEqual(new Set());
    });
  });
});
