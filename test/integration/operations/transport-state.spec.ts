import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LaneStore } from '../../../lib/persistence/lane-store.js';
import { STORES, type Stores } from '../../../lib/persistence/stores.js';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { storedTransport } from '../../support/stored-transport.js';
import { TestHost } from '../../support/test-host.js';

const PATH = '/httptransports/erp';
const NO_STATE = { isEmpty: false, consecutiveFailures: 3, ended: 0, rate: { used: 0, usedUntil: 0 } };

/** What the lane of a transport is told: by the store that a worker uses, step by step. */
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
    const take = async (transportId: number) =>
      (
        await lanes.take({
          holder: 'me',
          limit: 1,
          leaseMs: 60_000,
          overdueMs: 0,
          exceptTenants: [],
          transportIds: [transportId],
        })
      )[0];
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
      'is not lost between %s and %s: who looked before it was told cannot give it back',
      async (stop, go) => {
        const { api, transportId } = await transport();
        const { leaseToken } = (await take(transportId))!;
        const before = await check(transportId);
        await api.request('POST', `${PATH}/${stop}`);
        const stopped = await check(transportId);
        expect(stopped.transportVersion).toBeGreaterThan(before.transportVersion);
        expect(stopped.version).toBeGreaterThan(before.version);
        await api.request('POST', `${PATH}/${go}`);
        const release = { ...NO_STATE, transportId, leaseToken, version: stopped.version, dueAt: null };
        expect([...(await lanes.release([release]))]).toEqual([]);
        const going = await check(transportId);
        expect(going.transportVersion).toBeGreaterThan(stopped.transportVersion);
        expect([...(await lanes.release([{ ...release, version: going.version }]))]).toEqual([transportId]);
      },
    );

    it.each(['pause', 'disable'])('is not looked at after %s when nobody holds it', async (stop) => {
      const { api, transportId } = await transport();
      await api.request('POST', `${PATH}/${stop}`);
      expect(await dueAt(transportId)).toBeNull();
      expect(await take(transportId)).toBeUndefined();
    });

    it.each([
      ['pause', 'resume'],
      ['disable', 'enable'],
    ])('is due again when a %s ends by %s', async (stop, go) => {
      const { api, transportId } = await transport();
      await api.request('POST', `${PATH}/${stop}`);
      await api.request('POST', `${PATH}/${go}`);
      expect(await take(transportId)).toBeDefined();
    });

    it.each(['pause', 'disable'])(
      'still comes up when the holder it had at a %s never returns',
      async (stop) => {
        const { api, transportId } = await transport();
        await take(transportId);
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
    ])('after %s and %s begins with %i failures', async (stop, go, consecutiveFailures, isBlocked) => {
      const { api, transportId } = await transport();
      const blockedUntil = Date.now() + 60_000;
      await host.dataSource.query(
        `UPDATE webhook_lane SET consecutive_failures = 3, blocked_until = ${blockedUntil} WHERE transport_id = ${transportId}`,
      );
      await api.request('POST', `${PATH}/${stop}`);
      await api.request('POST', `${PATH}/${go}`);
      if (isBlocked) {
        expect(await take(transportId)).toBeUndefined();
        expect(await dueAt(transportId)).toBe(blockedUntil);
      } else {
        expect(await take(transportId)).toMatchObject({ consecutiveFailures, blockedUntil: 0 });
      }
    });
  });
});
