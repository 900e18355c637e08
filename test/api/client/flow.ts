// The whole flow of a tenant's admin, with a client whose types come from the OpenAPI document of the host.
// Usage: node flow.js <base URL> <token>
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/host.js';

type Transport = components['schemas']['WebhooksHttpTransport'];
type Webhook = components['schemas']['WebhooksWebhook'];

const [baseUrl, token] = process.argv.slice(2) as [string, string];
const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
const tenantUid = 'generated-client';

const received: IncomingMessage[] = [];
const receiver = createServer((request, response) => {
  received.push(request);
  response.writeHead(204).end();
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;

const transportPath = { tenantUid, httpTransportUid: 'erp' };
const transports = '/tenants/{tenantUid}/httptransports';
const transport = `${transports}/{httpTransportUid}` as const;

// Create. The smallest body has a name and a URL.
const { signingSecret, ...created } = dataOf(
  await client.POST(transports, {
    params: { path: { tenantUid } },
    body: {
      httpTransportUid: 'erp',
      name: 'ERP',
      url,
      securityType: 'BASIC_AUTH',
      username: 'shop-70',
      password: 'correct-horse',
      headers: [{ key: 'x-shop', value: 'shop-70' }],
      rateLimit: { requests: 100, perSeconds: 1 },
    },
  }),
);
assert.match(signingSecret, /^whsec_/);

// A client that has fields for everything may send them empty.
const blank = dataOf(
  await client.POST(transports, {
    params: { path: { tenantUid } },
    body: {
      name: 'Blank',
      url,
      httpTransportUid: '',
      securityType: '',
      username: '',
      password: null,
      token: null,
    },
  }),
);
assert.equal(blank.securityType, 'NONE');
const blankPath = { tenantUid, httpTransportUid: blank.httpTransportUid };
assert.equal((await client.DELETE(transport, { params: { path: blankPath } })).response.status, 204);
await client.POST(transports, {
  params: { path: { tenantUid } },
  // @ts-expect-error The types refuse a value that the API refuses.
  body: { name: 'ERP', url, securityType: 'basic' },
});

// Read, and send back exactly what was read.
const read: Transport = dataOf(await client.GET(transport, { params: { path: transportPath } }));
assert.deepEqual(read, created);
const putBack: Transport = dataOf(
  await client.PUT(transport, { params: { path: transportPath }, body: read }),
);
assert.deepEqual(putBack, read);

// Change one field, and send a changed copy back.
const changed = dataOf(
  await client.PATCH(transport, { params: { path: transportPath }, body: { timeoutMs: 5_000 } }),
);
assert.equal(changed.timeoutMs, 5_000);
const renamed = dataOf(
  await client.PUT(transport, { params: { path: transportPath }, body: { ...changed, name: 'ERP 2' } }),
);
assert.deepEqual({ ...renamed, lastModifiedAt: '' }, { ...changed, name: 'ERP 2', lastModifiedAt: '' });

// Subscribe to an action of the catalog, and send the webhook back as it was read.
const catalog = dataOf(
  await client.GET('/tenants/{tenantUid}/webhookactions', {
    params: { path: { tenantUid }, query: { pageSize: 100, sortDirection: 'DESC' } },
  }),
);
const settled = catalog.items.find(({ action }) => action === 'ORDER_SETTLED');
assert.ok(settled?.example['order']);
const webhook: Webhook = dataOf(
  await client.POST(`${transport}/webhooks`, {
    params: { path: transportPath },
    body: { webhookUid: 'erp-orders', action: settled.action },
  }),
);
const webhookPut = dataOf(
  await client.PUT(`${transport}/webhooks/{webhookUid}`, {
    params: { path: { ...transportPath, webhookUid: webhook.webhookUid } },
    body: webhook,
  }),
);
assert.equal(webhookPut.action, 'ORDER_SETTLED');

// Emit, and find the delivery in the log.
await client.POST('/tenants/{tenantUid}/orders/{orderUid}/settle', {
  params: { path: { tenantUid, orderUid: '700' } },
});
const delivery = await delivered();
assert.equal(received.length, 1);
assert.equal(received[0]!.headers['webhook-id'], delivery.eventUid);
assert.equal(received[0]!.headers['x-shop'], 'shop-70');
const details = dataOf(
  await client.GET('/tenants/{tenantUid}/deliveries/{deliveryUid}', {
    params: { path: { tenantUid, deliveryUid: delivery.deliveryUid } },
  }),
);
assert.deepEqual(
  details.attempts.map(({ number, responseStatusCode }) => [number, responseStatusCode]),
  [[1, 204]],
);
assert.deepEqual(details.event.body?.['order'], { Uid: '700' });

// Quotas, states, and an error with its code.
const quotas = dataOf(await client.GET('/tenants/{tenantUid}/quotas', { params: { path: { tenantUid } } }));
assert.equal(quotas.transports.used, 1);
for (const [command, state] of [
  ['pause', 'PAUSED'],
  ['resume', 'ACTIVE'],
] as const) {
  const result = await client.POST(`${transport}/${command}`, { params: { path: transportPath } });
  assert.equal(dataOf(result).state, state);
}
const { error } = await client.GET(transport, {
  params: { path: { tenantUid, httpTransportUid: 'unknown' } },
});
assert.equal(error?.code, 'HTTP_TRANSPORT_NOT_FOUND');

const { response } = await client.DELETE(transport, { params: { path: transportPath } });
assert.equal(response.status, 204);
receiver.close();
console.log('The generated client created, read, changed, sent back, subscribed, received and deleted.');

/** Data of a successful response. */
function dataOf<Data>({ data, error, response }: { data?: Data; error?: unknown; response: Response }): Data {
  assert.ok(data !== undefined, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data;
}

/** Waits until the log has a delivery that succeeded. */
async function delivered(): Promise<components['schemas']['WebhooksDelivery']> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { items } = dataOf(
      await client.GET('/tenants/{tenantUid}/deliveries', {
        params: { path: { tenantUid }, query: { status: 'DELIVERED', httpTransportUid: 'erp' } },
      }),
    );
    if (items[0]) return items[0];
    assert.ok(Date.now() < deadline, 'No delivery succeeded within 20 s.');
    await sleep(50);
  }
}
