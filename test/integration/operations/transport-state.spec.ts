import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LaneStore } from '../../../lib/persistence/ports/lane-store.js';
import { STORES, type Stores } from '../../../lib/persistence/ports/stores.js';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { storedTransport } from '../../support/stored-transport.js';
import { TestHost } from '../../support/test-host.js';

const PATH = '/httptransports/erp';
const STATE = { consecutiveFailures: 3, rate: { used: 0, usedUntil: 0 }, scanFrom: -1 };

/** The test runs the steps of a worker one by one, through the worker's store. */
describe('a lane, when the state of its transport changes', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let lanes: LaneStore;

    beforeAll(async () => {
      host = await TestHost.start({ database: database(), webhooks: { worker: false } });
      lanes = host.app.get<Stores>(STORES, { strict: false }).lanes;
    });
    afterAll(() => host?.close());

    /** A transport whose lane is due. */
    const transport = async (): Promise<{ api: ApiClient; transportId: number }> => {
      const tenantUid = newTenant();
      const api = host.api(tenantUid);
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: 'https://erp.example.com',
      });
      const transportId = Number((await storedTransport(host, tenantUid, 'erp')).id);
      await host.dataSource.query(`UPDATE webhook_lane SET due_at = 0 WHERE transport_id = ${transportId}`);
      return { api, transportId };
    };
    const claim = async (transportId: number) =>
      (await lanes.claim({ holder: 'me', leaseMs: 60_000, transportIds: [transportId] }))[0];
    const check = async (transportId: number) => (await lanes.check([transportId]))[0]!;
    const dueAt = async (transportId: number): Promise<number | null> => {
      const [row] = await host.dataSource.query<{ due_at: string | number | null }[]>(
        `SELECT due_at FROM webhook_lane WHERE transport_id = ${transportId}`,
      );
      return row!.due_at === null ? null : Number(row!.due_at);
    };

    it.each([
      ['pause', 'resume'],
      ['disable', 'enable'],
    ])(
      'is not lost between %s and %s: a holder that scanned before the change cannot release it',
      async (stop, go) => {
        const { api, transportId } = await transport();
        const { leaseToken } = (await claim(transportId))!;
        const before = await check(transportId);
        await api.request('POST', `${PATH}/${stop}`);
        const stopped = await check(transportId);
        expect(stopped.transportVersion).toBeGreaterThan(before.transportVersion);
        expect(stopped.version).toBeGreaterThan(before.version);
        await api.request('POST', `${PATH}/${go}`);
        const release = { ...STATE, transportId, leaseToken, version: stopped.version, dueAt: null };
        expect([...(await lanes.release([release]))]).toEqual([]);
        const going = await check(transportId);
        expect(going.transportVersion).toBeGreaterThan(stopped.transportVersion);
        expect([...(await lanes.release([{ ...release, version: going.version }]))]).toEqual([transportId]);
      },
    );

    it.each(['pause', 'disable'])('is not due after %s if nobody holds it', async (stop) => {
      const { api, transportId } = await transport();
      await api.request('POST', `${PATH}/${stop}`);
      expect(await dueAt(transportId)).toBeNull();
      expect(await claim(transportId)).toBeUndefined();
    });

    it.each([
      ['pause', 'resume'],
      ['disable', 'enable'],
    ])('is due again when a %s ends by %s', async (stop, go) => {
      const { api, transportId } = await transport();
      await api.request('POST', `${PATH}/${stop}`);
      await api.request('POST', `${PATH}/${go}`);
      expect(await claim(transportId)).toBeDefined();
    });

    it.each(['pause', 'disable'])(
      'stays due at the end of its lease, in case its holder at the time of a %s never returns',
      async (stop) => {
        const { api, transportId } = await transport();
        await claim(transportId);
        const leaseEnd = await dueAt(transportId);
        await api.request('POST', `${PATH}/${stop}`);
        expect(await dueAt(transportId)).toBe(leaseEnd);
        await api.request('POST', `${PATH}/${stop === 'pause' ? 'resume' : 'enable'}`);
        expect(await dueAt(transportId)).toBe(leaseEnd);
      },
    );

    it.each([
      ['pause', 'resume', 3, true],
      ['disable', 'enable', 0, false],
    ])(
      'keeps its block over a pause, and loses its block and its failures over a disable: %s, %s',
      async (stop, go, consecutiveFailures, isBlocked) => {
        const { api, transportId } = await transport();
        const blockedUntil = Date.now() + 60_000;
        await host.dataSource.query(
          `UPDATE webhook_lane SET consecutive_failures = 3, blocked_until = ${blockedUntil} WHERE transport_id = ${transportId}`,
        );
        await api.request('POST', `${PATH}/${stop}`);
        await api.request('POST', `${PATH}/${go}`);
        if (isBlocked) {
          expect(await claim(transportId)).toBeUndefined();
          expect(await dueAt(transportId)).toBe(blockedUntil);
        } else {
          expect(await claim(transportId)).toMatchObject({ consecutiveFailures, blockedUntil: 0 });
        }
      },
    );
  });
});
