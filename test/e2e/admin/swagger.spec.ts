import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ApiClient } from '../../support/api-client.js';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

type Schema = Record<string, unknown> & {
  properties?: Record<string, Schema>;
  required?: string[];
  $ref?: string;
};
interface Operation {
  operationId: string;
  summary?: string;
  security?: object[];
  parameters: (Record<string, unknown> & { name: string; in: string; schema: Schema })[];
  requestBody?: {
    required: boolean;
    content: Record<string, { schema: Schema; examples?: Record<string, { value: object }> }>;
  };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: Schema; example?: object }> }
  >;
}

const TENANT = '/v2/tenants/{tenantUid}';
const TRANSPORT = `${TENANT}/httptransports/{httpTransportUid}`;
const WEBHOOK = `${TRANSPORT}/webhooks/{webhookUid}`;
const OPERATIONS = '/v2/webhookoperations';
const ANY_TRANSPORT = `${OPERATIONS}/tenants/{tenantUid}/httptransports/{httpTransportUid}`;

/** Every route, and every status that it responds with, except 503. */
const ROUTES: [method: string, path: string, statuses: number[]][] = [
  ['get', `${TENANT}/httptransports`, [200, 400, 401, 403]],
  ['post', `${TENANT}/httptransports`, [200, 400, 401, 403, 409, 413, 415]],
  ['get', TRANSPORT, [200, 400, 401, 403, 404]],
  ['put', TRANSPORT, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['patch', TRANSPORT, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['delete', TRANSPORT, [204, 400, 401, 403, 404]],
  ['post', `${TRANSPORT}/pause`, [200, 400, 401, 403, 404, 409]],
  ['post', `${TRANSPORT}/resume`, [200, 400, 401, 403, 404, 409]],
  ['post', `${TRANSPORT}/disable`, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['post', `${TRANSPORT}/enable`, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['post', `${TRANSPORT}/recover`, [200, 202, 400, 401, 403, 404, 409, 413, 415]],
  ['post', `${TRANSPORT}/replay`, [200, 202, 400, 401, 403, 404, 409, 413, 415]],
  ['get', `${TENANT}/webhookrecoveries`, [200, 400, 401, 403]],
  ['get', `${TENANT}/webhookrecoveries/{recoveryUid}`, [200, 400, 401, 403, 404]],
  ['post', `${TENANT}/webhookrecoveries/{recoveryUid}/cancel`, [200, 400, 401, 403, 404]],
  ['post', `${TRANSPORT}/rotatesecret`, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['post', `${TRANSPORT}/test`, [200, 400, 401, 403, 404, 409, 413, 415, 429]],
  ['get', `${TENANT}/webhooks`, [200, 400, 401, 403]],
  ['get', `${TRANSPORT}/webhooks`, [200, 400, 401, 403, 404]],
  ['post', `${TRANSPORT}/webhooks`, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['get', WEBHOOK, [200, 400, 401, 403, 404]],
  ['put', WEBHOOK, [200, 400, 401, 403, 404, 413, 415]],
  ['patch', WEBHOOK, [200, 400, 401, 403, 404, 413, 415]],
  ['delete', WEBHOOK, [204, 400, 401, 403, 404]],
  ['get', `${TENANT}/webhookactions`, [200, 400, 401, 403]],
  ['get', `${TENANT}/deliveries`, [200, 400, 401, 403]],
  ['get', `${TENANT}/quotas`, [200, 400, 401, 403]],
  ['get', `${TENANT}/webhookstatistics`, [200, 400, 401, 403]],
  ['get', `${TENANT}/deliveries/{deliveryUid}`, [200, 400, 401, 403, 404]],
  ['post', `${TENANT}/deliveries/redeliver`, [202, 400, 401, 403, 413, 415]],
  ['post', `${TENANT}/deliveries/{deliveryUid}/redeliver`, [202, 400, 401, 403, 404, 409]],
  ['delete', `${TENANT}/webhookevents/{eventUid}/payload`, [204, 400, 401, 403, 404]],
  ['get', `${TENANT}/webhookevents`, [200, 400, 401, 403]],
  ['get', `${TENANT}/webhookevents/{eventUid}`, [200, 400, 401, 403, 404]],
  ['get', `${TENANT}/webhookaudit`, [200, 400, 401, 403]],
  ...['failingtransports', 'lanes', 'tenants', 'statistics', 'audit'].map(
    (view): [string, string, number[]] => ['get', `${OPERATIONS}/${view}`, [200, 400, 401, 403]],
  ),
  ['get', `${OPERATIONS}/overview`, [200, 401, 403]],
  ['post', `${OPERATIONS}/stop`, [200, 400, 401, 403, 413, 415]],
  ['post', `${OPERATIONS}/resume`, [200, 401, 403]],
  ['post', `${ANY_TRANSPORT}/pause`, [200, 400, 401, 403, 404, 409]],
  ['post', `${ANY_TRANSPORT}/resume`, [200, 400, 401, 403, 404, 409]],
  ['post', `${ANY_TRANSPORT}/disable`, [200, 400, 401, 403, 404, 409, 413, 415]],
  ['post', `${ANY_TRANSPORT}/enable`, [200, 400, 401, 403, 404, 409]],
];

/** Commands that read no body. */
const WITHOUT_BODY = [
  ...['pause', 'resume'].map((command) => `${TRANSPORT}/${command}`),
  ...['pause', 'resume', 'enable'].map((command) => `${ANY_TRANSPORT}/${command}`),
  `${TENANT}/webhookrecoveries/{recoveryUid}/cancel`,
  `${OPERATIONS}/resume`,
  `${TENANT}/deliveries/{deliveryUid}/redeliver`,
];

describe.each(['express', 'fastify'] as const)('the OpenAPI document of a host on %s', (platform) => {
  let database: TestDatabase;
  let host: TestHost;
  let document: OpenAPIObject;
  let schemas: Record<string, Schema>;

  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database, platform, webhooks: { worker: false, path: 'v2' } });
    const config = new DocumentBuilder().setTitle('Host').addBearerAuth().build();
    document = SwaggerModule.createDocument(host.app, config);
    schemas = document.components!.schemas as Record<string, Schema>;
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });

  const operation = (method: string, path: string): Operation =>
    (document.paths[path] as unknown as Record<string, Operation>)[method]!;

  it('has every route and no other', () => {
    const routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    expect(routes.sort()).toEqual(ROUTES.map(([method, path]) => `${method} ${path}`).sort());
  });

  it('names each operation once', () => {
    const ids = ROUTES.map(([method, path]) => operation(method, path).operationId);
    expect(new Set(ids).size).toBe(ROUTES.length);
    expect(ids.join()).not.toMatch(/controller/i);
  });

  describe.each(ROUTES)('%s %s', (method, path, statuses) => {
    it('has a summary and the bearer scheme', () => {
      const { summary, security } = operation(method, path);
      expect(summary).toMatch(/\w/);
      expect(security).toEqual([{ bearer: [] }]);
      expect(document.components!.securitySchemes).toHaveProperty('bearer');
    });

    it('has every parameter with its schema, a description and an example', () => {
      const { parameters } = operation(method, path);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        parameters
          .filter((parameter) => parameter.in === 'path')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(inPath.sort());
      for (const parameter of parameters) {
        expect(parameter).toMatchObject({
          name: expect.stringMatching(/^[a-z]\w+$/i),
          description: expect.stringMatching(/\w/),
          schema: { type: expect.any(String), example: expect.anything() },
        });
      }
    });

    it('has every response, with its body', () => {
      const { responses } = operation(method, path);
      expect(Object.keys(responses).map(Number)).toEqual([...statuses, 503]);
      for (const [status, response] of Object.entries(responses)) {
        expect(response.description).toMatch(/\w/);
        const content = response.content?.['application/json'];
        if (status === '204') expect(content).toBeUndefined();
        else expect(content?.schema.$ref).toBeDefined();
        if (Number(status) < 400) continue;
        expect(content!.schema.$ref).toBe('#/components/schemas/WebhooksApiError');
        expect(content!.example).toMatchObject({ statusCode: Number(status), code: expect.any(String) });
      }
    });

    it('documents a request body if it reads one', () => {
      const { requestBody } = operation(method, path);
      const reads = ['post', 'put', 'patch'].includes(method) && !WITHOUT_BODY.includes(path);
      if (!reads) expect(requestBody).toBeUndefined();
      else expect(requestBody!.content['application/json']!.schema.$ref).toBeDefined();
    });
  });

  it('documents the query of every list', () => {
    const queryOf = (path: string): string[] =>
      operation('get', path)
        .parameters.filter((parameter) => parameter.in === 'query')
        .map(({ name }) => name)
        .sort();
    const page = ['pageNumber', 'pageSize', 'sortBy', 'sortDirection'];
    expect(queryOf(`${TENANT}/httptransports`)).toEqual([...page, 'failing', 'search', 'state'].sort());
    expect(queryOf(`${TRANSPORT}/webhooks`)).toEqual(page);
    expect(queryOf(`${TENANT}/webhookactions`)).toEqual(page);
    expect(queryOf(`${TENANT}/webhooks`)).toEqual(['httpTransportUid', ...page]);
    expect(queryOf(`${TENANT}/deliveries`)).toEqual([
      'action',
      'createdFrom',
      'createdTo',
      'cursor',
      'eventUid',
      'httpTransportUid',
      'pageSize',
      'status',
      'webhookUid',
    ]);
    expect(queryOf(`${TENANT}/webhookaudit`)).toEqual([
      'actor',
      'createdFrom',
      'createdTo',
      'cursor',
      'httpTransportUid',
      'kind',
      'pageSize',
      'webhookUid',
    ]);
    expect(queryOf(`${TENANT}/webhookevents`)).toEqual([
      'action',
      'createdFrom',
      'createdTo',
      'cursor',
      'eventUid',
      'pageSize',
      'reference',
    ]);
  });

  it('describes every field of every schema, with an example', () => {
    const names = Object.keys(schemas).sort();
    expect(names).toEqual([
      'WebhooksAction',
      'WebhooksActionList',
      'WebhooksApiError',
      'WebhooksAttempt',
      'WebhooksAuditChange',
      'WebhooksAuditEntry',
      'WebhooksAuditList',
      'WebhooksBoundedCount',
      'WebhooksCreateHttpTransport',
      'WebhooksCreateWebhook',
      'WebhooksCreatedHttpTransport',
      'WebhooksCursorPaging',
      'WebhooksDeliveringProcess',
      'WebhooksDelivery',
      'WebhooksDeliveryDetails',
      'WebhooksDeliveryList',
      'WebhooksDeliveryStop',
      'WebhooksDeliveryStopState',
      'WebhooksDeliveryWait',
      'WebhooksDisableHttpTransport',
      'WebhooksEnableHttpTransport',
      'WebhooksEvent',
      'WebhooksEventExplanation',
      'WebhooksEventList',
      'WebhooksExplainedDelivery',
      'WebhooksExplainedEvent',
      'WebhooksFailingTransport',
      'WebhooksFailingTransportList',
      'WebhooksHttpTransport',
      'WebhooksHttpTransportHeader',
      'WebhooksHttpTransportHeaderInput',
      'WebhooksHttpTransportList',
      'WebhooksHttpTransportRateLimit',
      'WebhooksHttpTransportTestResult',
      'WebhooksLane',
      'WebhooksLaneList',
      'WebhooksListedEvent',
      'WebhooksListedTenant',
      'WebhooksListedTenantList',
      'WebhooksOperationsOverview',
      'WebhooksOperationsQueue',
      'WebhooksOperatorAuditEntry',
      'WebhooksOperatorAuditList',
      'WebhooksPaging',
      'WebhooksPercentiles',
      'WebhooksQuota',
      'WebhooksQuotas',
      'WebhooksRecoverDeliveries',
      'WebhooksRecovery',
      'WebhooksRecoveryDryRun',
      'WebhooksRecoveryList',
      'WebhooksRecoverySample',
      'WebhooksRedeliverDeliveries',
      'WebhooksRedeliveryResult',
      'WebhooksRedeliveryResults',
      'WebhooksReplaceHttpTransport',
      'WebhooksReplaceWebhook',
      'WebhooksReplayEvents',
      'WebhooksRotateSigningSecret',
      'WebhooksStatistics',
      'WebhooksStatisticsBucket',
      'WebhooksStatisticsTotal',
      'WebhooksStopDeliveries',
      'WebhooksTestHttpTransport',
      'WebhooksUpdateHttpTransport',
      'WebhooksUpdateWebhook',
      'WebhooksWebhook',
      'WebhooksWebhookExplanation',
      'WebhooksWebhookList',
    ]);
    for (const name of names) {
      for (const [field, schema] of Object.entries(schemas[name]!.properties!)) {
        const where = `${name}.${field}`;
        expect([where, schema.description]).toEqual([where, expect.stringMatching(/\w/)]);
        // A signing secret has no example, because people who try the API would import it.
        const refers = JSON.stringify(schema).includes('$ref');
        if (field === 'signingSecret') expect([where, 'example' in schema]).toEqual([where, false]);
        else if (!refers) expect([where, 'example' in schema]).toEqual([where, true]);
      }
    }
  });

  it('lists the values of enums, such as the state of a transport', () => {
    const property = (schema: string, name: string): unknown => schemas[schema]!.properties![name]!.enum;
    expect(property('WebhooksHttpTransport', 'securityType')).toEqual([
      'NONE',
      'BASIC_AUTH',
      'BEARER_TOKEN',
      'BEARER',
      'BEARER_AUTH',
    ]);
    expect(property('WebhooksCreateHttpTransport', 'securityType')).toContain('BEARER_AUTH');
    expect(property('WebhooksHttpTransport', 'state')).toEqual(['ACTIVE', 'PAUSED', 'DISABLED']);
    expect(property('WebhooksDelivery', 'status')).toEqual([
      'PENDING',
      'DELIVERED',
      'FAILED',
      'MISSED',
      'CANCELLED',
    ]);
    expect(property('WebhooksAttempt', 'trigger')).toContain('SCHEDULE');
    expect(property('WebhooksApiError', 'code')).toContain('CREDENTIALS_REQUIRED');
  });

  it('distinguishes required fields from optional ones', () => {
    expect(schemas.WebhooksCreateHttpTransport!.required!.sort()).toEqual(['name', 'url']);
    expect(schemas.WebhooksReplaceHttpTransport!.required!.sort()).toEqual(['name', 'url']);
    expect(schemas.WebhooksUpdateHttpTransport!.required ?? []).toEqual([]);
    expect(schemas.WebhooksCreateWebhook!.required).toEqual(['action']);
    expect(schemas.WebhooksUpdateWebhook!.required ?? []).toEqual([]);
  });

  it('says for which members of a new resource "" and null mean that they are left out, and nowhere else', () => {
    const create: Record<string, string[]> = {
      WebhooksCreateHttpTransport: ['httpTransportUid', 'securityType', 'username', 'password', 'token'],
      WebhooksCreateWebhook: ['webhookUid', 'httpTransportUid'],
    };
    const acceptsEmpty = ({ type, pattern, minLength = 0, enum: values, ...schema }: Schema): boolean =>
      type === 'string' &&
      schema.nullable === true &&
      minLength === 0 &&
      new RegExp((pattern as string | undefined) ?? '').test('') &&
      (values === undefined || ['', null].every((value) => (values as unknown[]).includes(value)));
    const ignored = ['createdAt', 'lastModifiedAt', 'failingSince', 'disabledReason'];
    for (const [name, { properties }] of Object.entries(schemas)) {
      if (!/^Webhooks(Create|Replace|Update)[HW]/.test(name)) continue;
      const blank = Object.entries(properties!).filter(
        ([field, schema]) => !ignored.includes(field) && acceptsEmpty(schema),
      );
      expect([name, blank.map(([field]) => field).sort()]).toEqual([name, (create[name] ?? []).sort()]);
      for (const [, schema] of blank) expect(schema.description).toMatch(/empty text or `null`/);
    }
  });

  it('documents that request bodies may have no other members, as the validation requires', () => {
    const requests = ROUTES.flatMap(([method, path]) => {
      const ref = operation(method, path).requestBody?.content['application/json']!.schema.$ref;
      return ref ? [ref.replace('#/components/schemas/', '')] : [];
    });
    expect(requests.length).toBe(15);
    for (const name of [...requests, 'WebhooksHttpTransportHeaderInput', 'WebhooksHttpTransportRateLimit']) {
      expect([name, schemas[name]!.additionalProperties]).toEqual([name, false]);
    }
  });

  it('gives an example of a 400 response that names an input of the route', () => {
    for (const [method, path] of ROUTES) {
      const { parameters, requestBody, responses } = operation(method, path);
      // Routes without any input.
      if (!responses['400']) continue;
      const { message } = responses['400'].content!['application/json']!.example as { message: string[] };
      const field = message[0]!.split(' ')[0]!;
      const body = requestBody?.content['application/json']!.schema.$ref!.replace(
        '#/components/schemas/',
        '',
      );
      const known = [
        ...parameters.map(({ name }) => name),
        ...Object.keys((body && schemas[body]!.properties) ?? {}),
      ];
      expect([method, path, known]).toEqual([method, path, expect.arrayContaining([field])]);
    }
  });

  it('documents, for the request that replaces a transport, every field that responses show of it', () => {
    const [read, header] = ['WebhooksHttpTransport', 'WebhooksHttpTransportHeader'].map(
      (name) => schemas[name]!,
    );
    const replace = schemas.WebhooksReplaceHttpTransport!.properties!;
    expect(header!.properties!.value).toMatchObject({ type: 'string' });
    expect(Object.keys(read!.properties!).filter((field) => !(field in replace))).toEqual([]);
    expect(replace.state).toMatchObject({ type: 'string', enum: ['ACTIVE', 'PAUSED', 'DISABLED'] });
    expect(replace.state).not.toHaveProperty('nullable');
    for (const [field, schema] of Object.entries(replace)) {
      expect([field, schema.readOnly, schema.writeOnly]).toEqual([field, undefined, undefined]);
    }
  });

  it('offers the smallest body of a new transport first; the bodies that it offers to create and change transports and webhooks are accepted', async () => {
    const api = new ApiClient(`${host.url}/v2`, 'examples');
    const examplesOf = (method: string, path: string): object[] => {
      const content = operation(method, path).requestBody!.content['application/json']!;
      return Object.values(content.examples!).map(({ value }) => value);
    };
    const transports = examplesOf('post', `${TENANT}/httptransports`);
    expect(transports[0]).toEqual({ name: expect.any(String), url: expect.any(String) });
    for (const body of transports)
      expect(await api.post('/httptransports', body)).toMatchObject({ status: 200 });
    const transport = '/httptransports/erp';
    for (const body of examplesOf('put', TRANSPORT))
      expect(await api.put(transport, body)).toMatchObject({ status: 200 });
    for (const body of examplesOf('patch', TRANSPORT))
      expect(await api.patch(transport, body)).toMatchObject({ status: 200 });
    for (const body of examplesOf('post', `${TRANSPORT}/webhooks`))
      expect(await api.post(`${transport}/webhooks`, body)).toMatchObject({ status: 200 });
    const webhook = `${transport}/webhooks/erp-orders`;
    for (const body of examplesOf('put', WEBHOOK))
      expect(await api.put(webhook, body)).toMatchObject({ status: 200 });
    for (const body of examplesOf('patch', WEBHOOK))
      expect(await api.patch(webhook, body)).toMatchObject({ status: 200 });
    for (const command of ['rotatesecret', 'disable']) {
      for (const body of examplesOf('post', `${TRANSPORT}/${command}`))
        expect(await api.post(`${transport}/${command}`, body)).toMatchObject({ status: 200 });
    }
  });
});
