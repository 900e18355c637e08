import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { seedDeliveries } from '../../support/seed-deliveries.js';
import type { TestHost } from '../../support/test-host.js';

const transport = { name: 'ERP', url: 'https://erp.example.com' };
const webhook = { action: 'ORDER_SETTLED' };
const dryRun = { since: '2026-01-01T00:00:00Z', dryRun: true };

/** Every route of a tenant that needs no resource of `Uids`. The recovery does not exist. */
const TENANT_ROUTES: [method: string, path: string, body?: object][] = [
  ['GET', '/httptransports'],
  ['POST', '/httptransports', transport],
  ['GET', '/webhooks'],
  ['GET', '/webhookactions'],
  ['GET', '/deliveries'],
  ['POST', '/deliveries/redeliver', { deliveryUids: ['dlv_00000zzzzzzzz'] }],
  ['GET', '/webhookevents'],
  ['GET', '/webhookaudit'],
  ['GET', '/webhookrecoveries'],
  ['GET', '/webhookrecoveries/rec_00000zzzzzzzz'],
  ['POST', '/webhookrecoveries/rec_00000zzzzzzzz/cancel'],
  ['GET', '/quotas'],
  ['GET', '/webhookstatistics'],
];

interface Uids {
  httpTransportUid: string;
  webhookUid: string;
  deliveryUid: string;
  eventUid: string;
}

/** Every other route of a tenant, with the resources that it names. */
const resourceRoutes = ({
  httpTransportUid,
  webhookUid,
  deliveryUid,
  eventUid,
}: Uids): [string, string, object?][] => [
  ['GET', `/httptransports/${httpTransportUid}`],
  ['PUT', `/httptransports/${httpTransportUid}`, transport],
  ['PATCH', `/httptransports/${httpTransportUid}`, { name: 'Mine' }],
  ['DELETE', `/httptransports/${httpTransportUid}`],
  ['POST', `/httptransports/${httpTransportUid}/pause`],
  ['POST', `/httptransports/${httpTransportUid}/resume`],
  ['POST', `/httptransports/${httpTransportUid}/disable`, { reason: 'Mine' }],
  ['POST', `/httptransports/${httpTransportUid}/enable`],
  ['POST', `/httptransports/${httpTransportUid}/rotatesecret`, { overlapHours: 0 }],
  ['POST', `/httptransports/${httpTransportUid}/test`, { action: 'ORDER_SETTLED' }],
  ['POST', `/httptransports/${httpTransportUid}/recover`, dryRun],
  ['POST', `/httptransports/${httpTransportUid}/replay`, dryRun],
  ['GET', `/httptransports/${httpTransportUid}/webhooks`],
  ['POST', `/httptransports/${httpTransportUid}/webhooks`, webhook],
  ['GET', `/httptransports/${httpTransportUid}/webhooks/${webhookUid}`],
  ['PUT', `/httptransports/${httpTransportUid}/webhooks/${webhookUid}`, webhook],
  ['PATCH', `/httptransports/${httpTransportUid}/webhooks/${webhookUid}`, { enabled: false }],
  ['DELETE', `/httptransports/${httpTransportUid}/webhooks/${webhookUid}`],
  ['GET', `/deliveries/${deliveryUid}`],
  ['POST', `/deliveries/${deliveryUid}/redeliver`],
  ['DELETE', `/webhookevents/${eventUid}/payload`],
  ['GET', `/webhookevents/${eventUid}`],
];

describe('access', () => {
  eachHost((host) => {
    const tenantUid = newTenant();
    const otherUid = newTenant();
    const none: Uids = {
      httpTransportUid: 'none',
      webhookUid: 'none',
      deliveryUid: 'dlv_00000zzzzzzzz',
      eventUid: 'none',
    };
    let own: Uids;
    let foreign: Uids;

    beforeAll(async () => {
      own = await populate(host(), tenantUid);
      foreign = await populate(host(), otherUid);
    });

    const everyRoute = () => [...TENANT_ROUTES, ...resourceRoutes(own)];

    it.each([
      ['nobody', 401, 'Unauthorized', 'UNAUTHENTICATED'],
      ['cashier', 403, 'Forbidden', 'FORBIDDEN'],
    ] as const)(
      'is denied to the caller "%s" on every route, before anything else is checked',
      async (caller, statusCode, error, code) => {
        const api = host().api(tenantUid, caller);
        const denied = { statusCode, error, code, message: [expect.any(String)] };
        for (const [method, path, body] of everyRoute()) {
          for (const sent of [body, body && {}, body && []]) {
            const response = await api.request(method, path, sent);
            expect([method, path, response.status, response.body]).toEqual([
              method,
              path,
              statusCode,
              denied,
            ]);
          }
        }
        const lookedAt = [
          '/httptransports?pageSize=x',
          '/httptransports/none',
          '/httptransports/%20',
          '/deliveries?cursor=x',
        ];
        for (const path of lookedAt) expect((await api.get(path)).status).toBe(statusCode);
      },
    );

    it('is denied to the admin of another tenant, whether the tenant in the path exists or not', async () => {
      for (const tenant of [tenantUid, 'no-such-tenant', 'not%20a%20uid']) {
        const response = await fetch(`${host().url}/tenants/${tenant}/httptransports`, {
          headers: { authorization: `Bearer ${otherUid}:admin` },
        });
        expect([response.status, await response.json()]).toEqual([
          403,
          expect.objectContaining({ code: 'FORBIDDEN' }),
        ]);
      }
    });

    it('that reads the tenant’s own resources is granted', async () => {
      const api = host().api(tenantUid);
      for (const [method, path] of resourceRoutes(own)) {
        if (method === 'GET') expect([path, (await api.get(path)).status]).toEqual([path, 200]);
      }
    });

    it('to a resource of another tenant and to one that does not exist is refused with the same 404, byte for byte', async () => {
      const before = await snapshot(host().api(otherUid));
      const mixed: [keyof Uids, Uids, Uids][] = [
        ['httpTransportUid', foreign, none],
        // A webhook of the other tenant, under a transport of the caller's tenant.
        [
          'webhookUid',
          { ...foreign, httpTransportUid: own.httpTransportUid },
          { ...none, httpTransportUid: own.httpTransportUid },
        ],
        ['deliveryUid', foreign, none],
        ['eventUid', foreign, none],
      ];
      let compared = 0;
      for (const [name, theirs, nobodys] of mixed) {
        const missing = resourceRoutes(nobodys);
        for (const [index, [method, path, body]] of resourceRoutes(theirs).entries()) {
          if (!path.includes(theirs[name])) continue;
          const there = await raw(host(), tenantUid, method, path, body);
          const nowhere = await raw(host(), tenantUid, method, missing[index]![1], body);
          expect([method, path, there.status]).toEqual([method, path, 404]);
          expect(there).toEqual(nowhere);
          compared += 1;
        }
      }
      expect(compared).toBe(26);
      expect(await snapshot(host().api(otherUid))).toEqual(before);
    });

    it('by a filter or a list shows nothing of another tenant', async () => {
      const api = host().api(tenantUid);
      const queries = [
        `/webhooks?httpTransportUid=${foreign.httpTransportUid}`,
        `/deliveries?httpTransportUid=${foreign.httpTransportUid}`,
        `/deliveries?webhookUid=${foreign.webhookUid}`,
        `/deliveries?eventUid=event-${otherUid}`,
        `/webhookaudit?httpTransportUid=${foreign.httpTransportUid}`,
        `/webhookevents?eventUid=event-${otherUid}`,
      ];
      for (const query of queries) {
        expect([query, (await api.get<{ items: [] }>(query)).body.items]).toEqual([query, []]);
      }
      const text = JSON.stringify(await snapshot(api));
      expect(text).toContain(tenantUid);
      expect(text).not.toContain(otherUid);
    });

    it.each(['a%20b', 'a.b', '%00', '..%2fother', 'x'.repeat(65), 'a%0a'])(
      'with the uid %s is refused with 400',
      async (uid) => {
        const api = host().api(tenantUid);
        for (const path of [
          `/httptransports/${uid}`,
          `/httptransports/${own.httpTransportUid}/webhooks/${uid}`,
          `/deliveries/${uid}`,
          `/webhookevents/${uid}`,
        ]) {
          const { status, body } = await api.get<object>(path);
          expect([status, body]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
        }
      },
    );
  });
});

/** A transport, a webhook and a delivery whose uids name the tenant. */
async function populate(host: TestHost, tenantUid: string): Promise<Uids> {
  const api = host.api(tenantUid);
  const httpTransportUid = `transport-${tenantUid}`;
  const webhookUid = `webhook-${tenantUid}`;
  await api.post('/httptransports', { ...transport, httpTransportUid });
  await api.post(`/httptransports/${httpTransportUid}/webhooks`, { ...webhook, webhookUid });
  const eventUid = `event-${tenantUid}`;
  await seedDeliveries(host.dataSource, [{ tenantUid, httpTransportUid, webhookUid, eventUid }]);
  const { body } = await api.get<{ items: { deliveryUid: string }[] }>('/deliveries');
  return { httpTransportUid, webhookUid, deliveryUid: body.items[0]!.deliveryUid, eventUid };
}

async function snapshot(api: ApiClient): Promise<unknown[]> {
  const responses = await Promise.all(
    ['/httptransports', '/webhooks', '/deliveries', '/webhookevents', '/webhookaudit'].map((path) =>
      api.get(path),
    ),
  );
  return responses.map(({ body }) => body);
}

/** Status, content type and the bytes of the body. */
async function raw(host: TestHost, tenantUid: string, method: string, path: string, body?: object) {
  const response = await fetch(`${host.url}/tenants/${tenantUid}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tenantUid}:admin`,
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    length: response.headers.get('content-length'),
    body: await response.text(),
  };
}
