import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ValidationPipe, type INestApplication } from '@nestjs/common';
import { APP_PIPE, NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';
import { ApiClient } from '../../support/api-client.js';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import type { TestDatabase } from '../../support/test-database.js';

const transport = { name: 'ERP', url: 'https://erp.example.com' };
const PATHS: ['POST' | 'PUT' | 'PATCH', string][] = [
  ['POST', '/httptransports'],
  ['PUT', '/httptransports/erp'],
  ['PATCH', '/httptransports/erp'],
  ['POST', '/httptransports/erp/webhooks'],
  ['PUT', '/httptransports/erp/webhooks/w'],
  ['PATCH', '/httptransports/erp/webhooks/w'],
];

const invalid = {
  statusCode: 400,
  error: 'Bad Request',
  code: 'VALIDATION_FAILED',
  message: expect.any(Array),
};

describe('hostile bodies', () => {
  eachHost((host) => {
    const tenantUid = newTenant();
    let api: ApiClient;

    beforeAll(async () => {
      api = host().api(tenantUid);
      await api.post('/httptransports', { ...transport, httpTransportUid: 'erp' });
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'w', action: '*' });
    });

    it.each(PATHS)('get a 400 from %s %s if they are not an object', async (method, path) => {
      for (const body of ['[]', '[{}]', `[${JSON.stringify(transport)}]`]) {
        const response = await api.request(method, path, body);
        expect([body, response.status, response.body]).toEqual([body, 400, invalid]);
      }
      expect((await api.request(method, path)).status).toBe(400);
    });

    it.each(PATHS)('get a 400 from %s %s if they are not JSON', async (method, path) => {
      for (const body of ['{', 'null x', '{"name":', '"text"', '7', 'null']) {
        // Whether the platform's parser or the module refuses these depends on the platform.
        const response = await api.request(method, path, body);
        expect([body, response.status, response.body]).toEqual([body, 400, invalid]);
      }
    });

    it.each(PATHS)('get a 400 from %s %s if they are not UTF-8', async (method, path) => {
      const body = Buffer.from('{"name":"K\xfcche","action":"ORDER_\xff"}', 'latin1');
      const response = await fetch(`${host().url}/tenants/${tenantUid}${path}`, {
        method,
        headers: { authorization: `Bearer ${tenantUid}:admin`, 'content-type': 'application/json' },
        body,
      });
      expect([response.status, await response.json()]).toEqual([
        400,
        { ...invalid, message: [expect.stringContaining('name contains U+FFFD')] },
      ]);
    });

    it.each(PATHS)(
      'get a 400 from %s %s if they have a member that could change a prototype',
      async (method, path) => {
        for (const body of [
          '{"__proto__":{"enabled":true}}',
          '{"constructor":{"prototype":{"enabled":true}}}',
          '{"constructor":1}',
          '{"prototype":{}}',
          '{"headers":[{"__proto__":{}}]}',
          '{"hasOwnProperty":1}',
          '{"toString":"x"}',
        ]) {
          const response = await api.request(method, path, body);
          expect([body, response.status, response.body]).toEqual([body, 400, invalid]);
        }
        expect({}).not.toHaveProperty('enabled');
      },
    );

    it.each(PATHS)('get a 400 from %s %s if they are nested too deeply', async (method, path) => {
      const levels = 20_000;
      for (const body of [
        `{"headers":${'['.repeat(levels)}${']'.repeat(levels)}}`,
        `${'{"a":'.repeat(levels / 2)}1${'}'.repeat(levels / 2)}`,
      ]) {
        const response = await api.request(method, path, body);
        expect([response.status, response.body]).toEqual([400, invalid]);
      }
    });

    it.each(PATHS)('get a short 400 from %s %s if they have many unknown members', async (method, path) => {
      const body = Object.fromEntries(
        Array.from({ length: 3_000 }, (_, index) => [`unknown${index}`, index]),
      );
      const response = await api.request(method, path, body);
      expect([response.status, response.body]).toEqual([400, invalid]);
      expect(JSON.stringify(response.body).length).toBeLessThan(10_000);
    });
  });
});

// Hosts often have one of these pipes. It must neither remove invalid members before the module sees them nor change valid ones.
describe.each([
  ['strips', { whitelist: true }],
  ['converts', { transform: true, transformOptions: { enableImplicitConversion: true } }],
  ['refuses in its own words', { whitelist: true, forbidNonWhitelisted: true, transform: true }],
  ['hides the reasons', { whitelist: true, forbidNonWhitelisted: true, disableErrorMessages: true }],
])('under a global ValidationPipe of the host that %s', (_case, options) => {
  let database: TestDatabase;
  let app: INestApplication;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    const host = {
      module: class HostModule {},
      imports: [
        TypeOrmModule.forRoot(database.options),
        WebhooksModule.forRoot({ accessPolicy: BearerPolicy, runMigrations: true, worker: false }),
      ],
      providers: [{ provide: APP_PIPE, useFactory: () => new ValidationPipe(options) }],
    };
    app = await NestFactory.create(host, { logger: false });
    await app.listen(0, '127.0.0.1');
    api = new ApiClient(await app.getUrl(), 'tenant');
  });
  afterAll(async () => {
    await app?.close();
    await database?.drop();
  });

  it('valid bodies and queries are accepted', async () => {
    const full = {
      ...transport,
      httpTransportUid: 'erp',
      headers: [{ key: 'x-shop', value: '70' }],
      rateLimit: { requests: 1, perSeconds: 1 },
    };
    const { status, body } = await api.post<object>('/httptransports', full);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ ...full, headers: [{ key: 'x-shop', value: '********' }] }),
    ]);
    await api.post('/httptransports/erp/webhooks', { webhookUid: 'w', action: '*' });
    expect((await api.get('/httptransports?pageSize=1&pageNumber=1')).status).toBe(200);
    expect((await api.get('/deliveries?pageSize=1&createdFrom=2026-03-14T00:00:00Z')).status).toBe(200);
  });

  it('invalid input is refused with a 400 in the shape of the admin API', async () => {
    for (const [method, path, body] of [
      ['POST', '/httptransports', { ...transport, unknown: 1 }],
      ['PATCH', '/httptransports/erp', { timeoutMs: '500' }],
      ['PATCH', '/httptransports/erp/webhooks/w', { enabled: 'false' }],
      ['GET', '/httptransports?unknown=1'],
      ['GET', '/httptransports?pageSize=1e1'],
      ['GET', '/deliveries?unknown=1'],
    ] as [string, string, object?][]) {
      const response = await api.request(method, path, body);
      expect([method, path, response.status, response.body]).toEqual([method, path, 400, invalid]);
    }
  });
});
