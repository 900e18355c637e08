import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookOperations, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { OPERATOR, OperatorClient, type OperatorCaller } from '../../support/operator-client.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

interface Listed<Item> {
  items: Item[];
  paging: { pageSize: number; nextCursor: string | null };
}
type Row = Record<string, unknown> & { tenantUid: string };

const PATH = '/tenants/shop/httptransports/erp';
const ROUTES: [method: string, path: string][] = [
  ...['overview', 'failingtransports', 'lanes', 'tenants', 'statistics', 'audit'].map(
    (view): [string, string] => ['GET', `/${view}`],
  ),
  ['POST', '/stop'],
  ['POST', '/resume'],
  ...['pause', 'resume', 'disable', 'enable'].map((command): [string, string] => [
    'POST',
    `${PATH}/${command}`,
  ]),
];

/** All items of a list, page by page. */
async function all(api: OperatorClient, path: string): Promise<Row[]> {
  const items: Row[] = [];
  let cursor: string | null | undefined;
  do {
    const query = cursor ? `&cursor=${cursor}` : '';
    const { status, body } = await api.get<Listed<Row>>(`${path}${query}`);
    expect([path, status]).toEqual([path, 200]);
    items.push(...body.items);
    cursor = body.paging.nextCursor;
  } while (cursor !== null);
  return items;
}

describe('the operator routes', () => {
  eachHost(
    (host) => {
      let receiver: Receiver;
      let api: OperatorClient;
      beforeAll(async () => {
        receiver = await Receiver.start();
        api = new OperatorClient(host().url);
      });
      afterAll(() => receiver.close());

      it.each([
        ['nobody', 401, 'UNAUTHENTICATED'],
        ['admin', 403, 'FORBIDDEN'],
      ] as const)('are closed to the caller "%s", whatever the method', async (caller, status, code) => {
        const closed = new OperatorClient(host().url, caller satisfies OperatorCaller);
        for (const [method, path] of ROUTES) {
          for (const tried of [method, 'PUT']) {
            const response = await closed.request(tried, path);
            expect([tried, path, response.status, response.body]).toMatchObject([
              tried,
              path,
              status,
              { code },
            ]);
          }
        }
        const denied = await host().api('shop').get<object>('/httptransports');
        expect(denied.status).toBe(200);
      });

      it('give an operator no access to the routes of a tenant', async () => {
        const headers = { authorization: 'Bearer operator/manager' };
        const { status } = await fetch(`${host().url}/tenants/shop/httptransports`, { headers });
        expect(status).toBe(401);
      });

      it('respond with 405 and Allow to other methods', async () => {
        for (const [method, path] of ROUTES) {
          const { status, headers } = await api.request('DELETE', path);
          expect([path, status, headers.get('allow')]).toEqual([path, 405, method]);
        }
      });

      it('refuse queries and bodies that are not valid, and cursors of other lists', async () => {
        for (const path of [
          '/lanes?state=BUSY',
          '/lanes?pageSize=0',
          '/lanes?x=1',
          '/tenants?minPending=0',
          '/tenants?minPending=1000000001',
          '/statistics?from=2026-03-15T00:00:00Z&to=2026-03-14T00:00:00Z',
        ]) {
          const { status, body } = await api.get(path);
          expect([path, status, body]).toMatchObject([path, 400, { code: 'VALIDATION_FAILED' }]);
        }
        for (const reason of ['', 'x'.repeat(256), 'two\nlines', 7])
          expect([reason, (await api.post('/stop', { reason })).status]).toEqual([reason, 400]);
        expect((await api.get('/overview')).body['stop']).toBeNull();
        for (const cursor of ['x', '1-2.AAAAAAAAAAAAAAAAAAAAAA', '7.AAAAAAAAAAAAAAAAAAAAAA']) {
          for (const list of ['failingtransports', 'lanes', 'tenants', 'audit']) {
            const { status, body } = await api.get(`/${list}?cursor=${cursor}`);
            expect([list, status, body]).toMatchObject([list, 400, { code: 'INVALID_CURSOR' }]);
          }
        }
      });

      it('list the failing transports of all tenants, longest first, with their recent outcomes', async () => {
        const tenants = [0, 1, 2].map(() => new TenantClient(host()));
        receiver.respond({ status: 503 });
        for (const tenant of tenants) {
          await tenant.transport(receiver, { httpTransportUid: 'erp', name: 'Head office' });
          await tenant.emit();
          await eventually(async () => (await tenant.get({ httpTransportUid: 'erp' })).failingSince !== null);
        }
        const found = (await all(api, '/failingtransports?pageSize=2')).filter(({ tenantUid }) =>
          tenants.some((tenant) => tenant.tenantUid === tenantUid),
        );
        expect(found.map(({ tenantUid }) => tenantUid)).toEqual(tenants.map(({ tenantUid }) => tenantUid));
        expect(found[0]).toMatchObject({
          httpTransportUid: 'erp',
          name: 'Head office',
          origin: new URL(receiver.url).origin,
          state: 'ACTIVE',
          disabledReason: null,
          failingSince: expect.any(String),
          delivered: 0,
          failed: 0,
          retried: expect.any(Number),
        });
        expect(found[0]!['retried']).toBeGreaterThan(0);
        receiver.respond({ status: 204 });
      });

      it('pause, resume, disable and enable the transport of any tenant; its audit names the operator', async () => {
        const tenant = new TenantClient(host());
        await tenant.transport(receiver, { httpTransportUid: 'erp' });
        const path = `/tenants/${tenant.tenantUid}/httptransports/erp`;
        for (const [command, body, state] of [
          ['pause', undefined, 'PAUSED'],
          ['resume', undefined, 'ACTIVE'],
          ['disable', { reason: 'Attacked' }, 'DISABLED'],
          ['enable', undefined, 'ACTIVE'],
        ] as const) {
          const response = await api.post(`${path}/${command}`, body);
          expect([command, response.status, response.body]).toMatchObject([command, 200, { state }]);
        }
        const { body } = await tenant.api.get<Listed<Row>>('/webhookaudit?pageSize=4');
        expect(body.items.map(({ kind, actor }) => [kind, actor])).toEqual([
          ['TRANSPORT_ENABLED', OPERATOR],
          ['TRANSPORT_DISABLED', OPERATOR],
          ['TRANSPORT_RESUMED', OPERATOR],
          ['TRANSPORT_PAUSED', OPERATOR],
        ]);
        const missing = await api.post(`/tenants/${tenant.tenantUid}/httptransports/none/pause`);
        expect([missing.status, missing.body]).toMatchObject([404, { code: 'HTTP_TRANSPORT_NOT_FOUND' }]);
      });

      it('list lanes with the process that holds each, and tenants with their backlog', async () => {
        const [busy, paused] = [new TenantClient(host()), new TenantClient(host())];
        await busy.transport(receiver, { httpTransportUid: 'erp' });
        await paused.transport(receiver, { httpTransportUid: 'erp' });
        await paused.api.request('POST', '/httptransports/erp/pause');
        receiver.respond('hang');
        await busy.emit();
        await paused.emitMany(3);
        await eventually(() => receiver.inFlight === 1);
        await paused.untilLogged({ status: 'PENDING' }, 3);
        const lanes = (await all(api, '/lanes?state=HELD&pageSize=1')).filter(
          ({ tenantUid }) => tenantUid === busy.tenantUid,
        );
        expect(lanes).toEqual([
          expect.objectContaining({
            httpTransportUid: 'erp',
            state: 'HELD',
            holder: expect.stringContaining(`:${process.pid}:`),
            leaseUntil: expect.any(String),
            claimAt: null,
            oldestDueAt: expect.any(String),
            crashes: 0,
          }),
        ]);
        expect(Date.parse(lanes[0]!['leaseUntil'] as string)).toBeGreaterThan(Date.now());
        const ofTenants = (await all(api, '/lanes?pageSize=1')).filter(({ tenantUid }) =>
          [busy.tenantUid, paused.tenantUid].includes(tenantUid),
        );
        expect(ofTenants.map(({ state }) => state)).toEqual(expect.arrayContaining(['HELD']));
        const overview = (await api.get('/overview')).body;
        expect(overview).toMatchObject({
          stop: null,
          queue: { due: { isAtLeast: false } },
          processes: [{ holder: lanes[0]!['holder'], lanes: expect.any(Number) }],
        });
        const tenants = await all(api, '/tenants?pageSize=2');
        const backlogOf = (client: TenantClient) =>
          tenants.find(({ tenantUid }) => tenantUid === client.tenantUid);
        expect(backlogOf(busy)).toMatchObject({ pending: 1, paused: 0 });
        expect(backlogOf(paused)).toMatchObject({
          pending: 3,
          transports: 1,
          paused: 1,
          disabled: 0,
          failing: 0,
        });
        const long = await all(api, '/tenants?pageSize=1&minPending=3');
        expect(long.map(({ tenantUid }) => tenantUid)).toEqual([paused.tenantUid]);
        receiver.reset();
        receiver.respond({ status: 204 });
      });

      it('sum up the statistics of all tenants', async () => {
        const before = await operations().statistics({ bucket: 'day' });
        for (const client of [new TenantClient(host()), new TenantClient(host())]) {
          await client.transport(receiver);
          await client.emit();
          await client.untilLogged({ status: 'DELIVERED' });
        }
        const { status, body } = await api.get<{ total: { delivered: number } }>('/statistics?bucket=day');
        expect(status).toBe(200);
        expect(body.total.delivered).toBeGreaterThanOrEqual(before.total.delivered + 2);
      });

      it('write an audit of stops and resumes, with actor and reason; a repeated one writes nothing', async () => {
        for (const reason of ['Incident 7', 'Another one']) {
          const { body } = await api.post<{ stop: { reason: string } }>('/stop', { reason });
          expect(body.stop.reason).toBe('Incident 7');
        }
        await operations().resume({ actor: 'job:all-clear' });
        await api.post('/resume');
        await operations().stop(undefined, { actor: 'job:drill' });
        await operations().resume();
        const { items } = await operations().audit();
        expect(items.map(({ kind, actor, changes }) => [kind, actor, changes])).toEqual([
          ['DELIVERIES_RESUMED', null, []],
          ['DELIVERIES_STOPPED', 'job:drill', []],
          ['DELIVERIES_RESUMED', 'job:all-clear', [{ field: 'reason', from: 'Incident 7', to: null }]],
          ['DELIVERIES_STOPPED', OPERATOR, [{ field: 'reason', from: null, to: 'Incident 7' }]],
        ]);
        expect((await all(api, '/audit?pageSize=1')).map(({ auditUid }) => auditUid)).toEqual(
          items.map(({ auditUid }) => auditUid),
        );
      });

      it('exist from code with the same checks', async () => {
        const views = operations();
        expect(await views.overview()).toMatchObject({ stop: null, lastHour: expect.any(Object) });
        for (const list of [
          await views.failingTransports({ pageSize: 1 }),
          await views.lanes({ state: 'FREE' }),
          await views.tenants(),
          await views.tenants({ minPending: 10_000 }),
        ])
          expect(list.items).toEqual(expect.any(Array));
        await expect(views.lanes({ cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
        await expect(views.tenants({ minPending: 0 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
        await expect(views.stop({ reason: 'x'.repeat(256) })).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
        });
        await expect(views.stop(undefined, { actor: 'system' })).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
        });
      });

      const operations = (): WebhookOperations => host().app.get(WebhookOperations, { strict: false });
    },
    { worker: true },
  );
});

describe('the operator routes of a host whose policy has no checkOperator', () => {
  it('respond with 403 OPERATOR_ACCESS_UNDEFINED, also to a policy that is a function', async () => {
    const database = await createMigratedDatabase('sqlite');
    const policies: WebhooksAccessPolicy[] = [{ check: () => 'granted' }];
    for (const accessPolicy of [...policies, () => 'granted' as const]) {
      const host = await TestHost.start({ database, webhooks: { worker: false, accessPolicy } });
      const api = new OperatorClient(host.url);
      for (const [method, path] of ROUTES) {
        const { status, body } = await api.request(method, path);
        expect([path, status, body]).toMatchObject([path, 403, { code: 'OPERATOR_ACCESS_UNDEFINED' }]);
      }
      expect((await host.api(newTenant()).get('/httptransports')).status).toBe(200);
      await host.close();
    }
    await database.drop();
  });
});
