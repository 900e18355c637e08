import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { EncryptionKeyRotation, WebhooksHealth, WebhooksWorker } from 'nestjs-tillhook';
import { EgressClient } from '../../lib/egress/egress-client.js';
import { SECRET_BOX } from '../../lib/secrets/secret-box.js';
import { WEBHOOKS_OPTIONS } from '../../lib/webhooks.tokens.js';
import { ALL_ATTEMPTS } from '../support/all-deliveries.js';
import { dumpOf } from '../support/database-dump.js';
import { createMigratedDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Needles } from '../support/needles.js';
import { reachableFrom } from '../support/reachable.js';
import { Receiver } from '../support/receiver.js';
import type { ResponsePlan, ReceivedRequest } from '../support/receiver.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
const OTHER = 'other-shop';

/** A text that is nowhere else. */
const canary = (name: string): string => `CANARY${name}${randomBytes(9).toString('hex')}`;
const password = canary('password');
const token = canary('token');
const header = canary('header');
const newToken = canary('another');
const signing = [canary('signing'), canary('rotated')];
const keys = ['Key', 'Kez'].map((name) => Buffer.from(canary(name).padEnd(32, '#').slice(0, 32)));
const signingSecrets = signing.map((text) => `whsec_${Buffer.from(text).toString('base64')}`);

/** Each secret with something around it that every encoding changes. */
const around = (secret: string): string => `p/${secret}+q`;
const needles = new Needles({
  password,
  token,
  header,
  newToken,
  ...Object.fromEntries(signing.map((secret, index) => [`signing secret ${index}`, secret])),
  ...Object.fromEntries(
    signingSecrets.map((text, index) => [`text of signing secret ${index}`, text.slice(6)]),
  ),
  ...Object.fromEntries(keys.map((key, index) => [`encryption key ${index}`, key.subarray(0, 24)])),
});

/** Sends back everything that it has received, in headers and in the body, in many encodings. */
function echo({ headers, body }: ReceivedRequest): ResponsePlan {
  const all = JSON.stringify({ headers, body: body.toString('utf8') });
  const [, credentials = ''] = (headers['authorization'] ?? '').split(' ');
  return {
    status: Number(headers['x-webhook-attempt']) > 1 ? 200 : 500,
    headers: {
      'set-cookie': `session=${credentials}`,
      'www-authenticate': `Basic realm="${credentials}"`,
      'x-authorization': headers['authorization'] ?? '',
      'x-decoded': Buffer.from(credentials, 'base64')
        .toString('latin1')
        .replaceAll(/[^ -~]/g, ''),
      'x-echo': headers['x-api-key'] ?? '',
      'x-encoded': encodeURIComponent(headers['x-api-key'] ?? ''),
    },
    body: [
      all,
      encodeURIComponent(all),
      Buffer.from(all).toString('base64'),
      Buffer.from(`a${all}`).toString('base64url'),
      Buffer.from(`ab${all}`).toString('base64'),
      JSON.stringify(all),
    ].join('\n'),
  };
}

interface Operation {
  requestBody?: unknown;
}

describe.each(DATABASE_KINDS)('a planted secret, on %s', (kind) => {
  let database: TestDatabase;
  let receiver: Receiver;
  let host: TestHost;
  let document: object;
  const log = new LogCapture();
  let emittedUid: string;
  const written: string[] = [];
  /** Every response of the API, unchanged. */
  const responses: { readonly request: string; readonly status: number; readonly text: string }[] = [];
  const restoreStreams: (() => void)[] = [];

  const basic = () => ({
    name: 'ERP',
    url: receiver.url,
    securityType: 'BASIC_AUTH',
    username: 'till',
    password: around(password),
    headers: [{ key: 'X-Api-Key', value: around(header) }],
    signingSecret: signingSecrets[0],
  });
  const bearer = () => ({ ...basic(), securityType: 'BEARER_TOKEN', password: null, token: around(token) });

  /** Sends a request and keeps what it led to. */
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    caller = `${TENANT}:admin`,
  ): Promise<number> => {
    const response = await fetch(`${host.url}${path}`, {
      method,
      headers: {
        connection: 'close',
        authorization: `Bearer ${caller}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const headers = [...response.headers].map((pair) => pair.join(': ')).join('\n');
    responses.push({
      request: `${method} ${path}`,
      status: response.status,
      text: `${headers}\n\n${await response.text()}`,
    });
    return response.status;
  };
  const api = (path: string): string => `/tenants/${TENANT}${path}`;
  const deliveriesWith = async (status: string): Promise<{ deliveryUid: string }[]> => {
    const { body } = await host
      .api(TENANT)
      .get<{ items: { deliveryUid: string; status: string }[] }>('/deliveries?pageSize=100');
    return body.items.filter((delivery) => delivery.status === status);
  };

  /** Calls every route that the host documents, deletions last. */
  const callEveryRoute = async (deliveryUid: string): Promise<void> => {
    const routes = Object.entries(
      (document as { paths: Record<string, Record<string, Operation>> }).paths,
    ).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
    );
    const order = ['get', 'post', 'put', 'patch', 'delete'];
    routes.sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
    const recoveryUid = 'rec_0000000000000';
    for (const { method, path, operation } of routes) {
      const uids = {
        tenantUid: TENANT,
        httpTransportUid: 'basic',
        webhookUid: 'all',
        deliveryUid,
        eventUid: emittedUid,
        recoveryUid,
      };
      const fill = (changed: object = {}): string =>
        path.replace(
          /\{(\w+)\}/g,
          (_, name: string) => (({ ...uids, ...changed }) as Record<string, string>)[name]!,
        );
      const body = operation.requestBody === undefined ? undefined : bodyFor(path);
      await call(method.toUpperCase(), fill({ deliveryUid: 'dlv_0000000000000' }), body);
      await call(method.toUpperCase(), fill({ tenantUid: OTHER }), body);
      await call(method.toUpperCase(), fill(), body, `${TENANT}:cashier`);
      await call(method.toUpperCase(), fill(), body, 'nobody');
      await call(method.toUpperCase(), fill(), body);
      if (body !== undefined)
        await call(method.toUpperCase(), fill(), { ...body, unknown: around(password) });
    }
  };
  const bodyFor = (path: string): object => {
    if (path.endsWith('/rotatesecret')) return { signingSecret: signingSecrets[1], overlapHours: 24 };
    if (path.endsWith('/test')) return {};
    if (path.endsWith('/disable')) return { reason: 'test' };
    if (path.endsWith('/recover') || path.endsWith('/replay'))
      return { since: '2026-01-01T00:00:00Z', dryRun: true };
    if (path.endsWith('/enable')) return { recover: true };
    if (path.endsWith('/redeliver')) return { deliveryUids: ['dlv_0000000000000'] };
    if (path.includes('/webhooks')) return { action: 'ORDER_*' };
    return basic();
  };

  /** Sends requests that are refused, with secrets in their bodies. */
  const callWrongly = async (): Promise<void> => {
    const wrong: object[] = [
      { ...basic(), name: '' },
      { ...basic(), securityType: password },
      { ...basic(), url: `https://user:${password}@shop.com/${token}` },
      { ...basic(), url: `https://10.0.0.1/${token}` },
      { ...basic(), password: around(password).repeat(50) },
      { ...basic(), token: `${token} with a space` },
      { ...basic(), headers: [{ key: 'Host', value: header }] },
      { ...basic(), headers: [{ key: 'X-Ok', value: `${header}\r\nX-Evil: 1` }] },
      { ...basic(), headers: [{ key: 'X-Ok', value: { nested: header } }] },
      {
        ...basic(),
        headers: Array.from({ length: 30 }, (_, index) => ({ key: `x-${index}`, value: header })),
      },
      { ...basic(), signingSecret: `whsec_${signing[0]!}` },
      { ...basic(), signingSecret: `${signingSecrets[0]!}!` },
      { ...basic(), password: [password], token: { token } },
    ];
    for (const body of wrong) expect(await call('POST', api('/httptransports'), body)).toBe(400);
    expect(await call('PATCH', api('/httptransports/basic'), { url: 'https://elsewhere.com' })).toBe(400);
    expect(await call('POST', api('/httptransports'), { ...basic(), httpTransportUid: 'basic' })).toBe(409);
    expect(await call('POST', api('/httptransports/basic/rotatesecret'), { signingSecret: signing[0] })).toBe(
      400,
    );
  };

  /** Sends secrets while the statements of the module fail. */
  const callDuringFailure = async (): Promise<void> => {
    const rename = (from: string, to: string): Promise<unknown> =>
      host.dataSource.query(`ALTER TABLE webhook_http_transport RENAME COLUMN ${from} TO ${to}`);
    await rename('failing_since', 'gone');
    expect(await call('POST', api('/httptransports'), basic())).toBe(500);
    expect(await call('PATCH', api('/httptransports/basic'), { token: newToken })).toBe(500);
    await rename('gone', 'failing_since');
  };

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write.bind(stream);
      stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
        written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'));
        return write(chunk, ...rest);
      };
      restoreStreams.push(() => (stream.write = write));
    }
    database = await createMigratedDatabase(kind);
    receiver = await Receiver.start();
    receiver.respond(echo);
    host = await TestHost.start({
      database,
      logger: log,
      webhooks: {
        retryScheduleMs: [10, 10],
        encryption: {
          keys: [
            { id: 'new', key: keys[1]! },
            { id: 'old', key: keys[0]! },
          ],
        },
      },
    });
    const config = new DocumentBuilder().setTitle('Host').addBearerAuth().build();
    document = SwaggerModule.createDocument(host.app, config);
    expect(await call('POST', api('/httptransports'), { ...basic(), httpTransportUid: 'basic' })).toBe(200);
    expect(await call('POST', api('/httptransports'), { ...bearer(), httpTransportUid: 'bearer' })).toBe(200);
    for (const uid of ['basic', 'bearer']) {
      await call('POST', api(`/httptransports/${uid}/webhooks`), { action: '*', webhookUid: `all-${uid}` });
    }
    await call('POST', api('/httptransports/basic/webhooks'), { action: 'TILL_OPEN', webhookUid: 'all' });
    ({ eventUid: emittedUid } = await host.emitter.emit(
      'ORDER_SETTLED',
      { order: { Uid: '1' } },
      { tenantUid: TENANT },
    ));
    const [delivery] = await eventually(async () => {
      const delivered = await deliveriesWith('DELIVERED');
      return delivered.length === 2 && delivered;
    });
    await callWrongly();
    await callDuringFailure();
    // A secret that was copied from another column cannot be decrypted: its deliveries fail with the reason.
    await host.dataSource.query(
      `UPDATE webhook_http_transport SET version = version + 1,
         token = (SELECT password FROM webhook_http_transport WHERE http_transport_uid = 'basic')
        WHERE http_transport_uid = 'bearer'`,
    );
    await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '2' } }, { tenantUid: TENANT });
    await eventually(async () => (await deliveriesWith('FAILED')).length === 1);
    for (const { deliveryUid } of [
      ...(await deliveriesWith('FAILED')),
      ...(await deliveriesWith('DELIVERED')),
    ]) {
      await call('GET', api(`/deliveries/${deliveryUid}`));
    }
    await host.app.get(EncryptionKeyRotation, { strict: false }).run();
    await callEveryRoute(delivery!.deliveryUid);
  });
  afterAll(async () => {
    await host?.close();
    for (const restore of restoreStreams) restore();
    await receiver?.close();
    await database?.drop();
  });

  it('would be noticed by the search, which finds each of them in what the receiver has got', () => {
    const received = receiver.requests.map(({ rawHeaders }) => rawHeaders.join('\n')).join('\n');
    expect(new Set(needles.foundIn(received))).toEqual(
      new Set([
        'password (base64)',
        'token (plain)',
        'token (JSON)',
        'token (percent-encoded)',
        'header (plain)',
        'header (JSON)',
        'header (percent-encoded)',
        'password (base64url)',
      ]),
    );
    expect(needles.foundIn(`x${signingSecrets[0]!}`)).toContain('signing secret 0 (base64)');
    expect(needles.foundIn(inspect(keys[0], { maxArrayLength: null }).replaceAll('\n', ''))).toContain(
      'encryption key 0 (inspected)',
    );
  });

  it('is in no response of any route, except a signing secret in those that reveal it', () => {
    expect(new Set(responses.map(({ status }) => status))).toEqual(
      new Set([200, 202, 204, 400, 401, 403, 404, 409, 429, 500]),
    );
    for (const { request, text } of responses) {
      const revealed = /^POST \S+\/(httptransports|rotatesecret)$/.test(request)
        ? text.replace(/"signingSecret":"whsec_[\w+/=]+"/, '')
        : text;
      expect([request, needles.foundIn(revealed)]).toEqual([request, []]);
    }
  });

  it('is in no log, at no level, and on no stream', () => {
    expect(log.at('error', /failing_since/).length).toBeGreaterThan(0);
    for (const { level, text } of log.entries)
      expect([level, text, needles.foundIn(text)]).toEqual([level, text, []]);
    expect(needles.foundIn(written.join(''))).toEqual([]);
  });

  it('is not in the OpenAPI document', () => {
    expect(needles.foundIn(JSON.stringify(document))).toEqual([]);
  });

  it('is not shown by a provider when it is printed', () => {
    for (const provider of [WEBHOOKS_OPTIONS, SECRET_BOX, EgressClient, WebhooksHealth]) {
      const printed = inspect(host.app.get<object>(provider, { strict: false }), {
        depth: 10,
        showHidden: true,
      });
      expect([provider, needles.foundIn(printed)]).toEqual([provider, []]);
    }
    expect(needles.foundIn(inspect(host.app.get(WebhooksWorker, { strict: false }), { depth: 3 }))).toEqual(
      [],
    );
  });

  it('cannot be reached from the application or an instance in it by any property, at any depth', () => {
    const instances = [...host.app.get(ModulesContainer).values()].flatMap((module) =>
      [module.providers, module.controllers, module.injectables].flatMap((wrappers) =>
        [...wrappers.values()].map(({ token, instance }) => [String(token), instance]),
      ),
    );
    const reachable = reachableFrom(
      { app: host.app, instances: new Map(instances as [string, unknown][]) },
      'host',
    );
    expect(reachable.length).toBeGreaterThan(2_000);
    expect(
      reachable.some(({ path }) =>
        path.startsWith('host.instances<nestjs-tillhook:ResolvedWebhooksOptions>'),
      ),
    ).toBe(true);
    const found = reachable.flatMap(({ path, value }) =>
      needles.foundIn(value).map((name) => `${name} at ${path}`),
    );
    expect(found).toEqual([]);
  });

  it('is in no stored attempt and nowhere else in the database', async () => {
    const [row] = await host.dataSource.query<{ bodies: number | string }[]>(
      `SELECT count(*) AS bodies FROM ${ALL_ATTEMPTS} WHERE response_body IS NOT NULL`,
    );
    expect(Number(row!.bodies)).toBeGreaterThanOrEqual(4);
    const dump = await dumpOf(database);
    expect(dump.includes('[redacted]')).toBe(true);
    expect(needles.foundIn(dump)).toEqual([]);
  });

  it('would be found in a database without encryption', async () => {
    const plain = await createMigratedDatabase(kind);
    const other = await TestHost.start({ database: plain, webhooks: { worker: false } });
    await other.api(TENANT).post('/httptransports', basic());
    expect(needles.foundIn(await dumpOf(plain))).toEqual(
      expect.arrayContaining(['password (plain)', 'header (plain)', 'signing secret 0 (base64)']),
    );
    await other.close();
    await plain.drop();
  });
});
