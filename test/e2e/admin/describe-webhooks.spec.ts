import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Body } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { describeWebhooks, InvalidOptionError, type DescribeWebhooksOptions } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

/** DTOs of the host with the names of resources of the module. */
class Webhook {
  @ApiProperty({ example: 'https://payments.example.com' })
  paymentProviderUrl!: string;
}
class CreateWebhook {
  @ApiProperty({ example: 'EUR' })
  currency!: string;
}
class HttpTransport {
  @ApiProperty({ example: 'DHL' })
  carrier!: string;
}

@Controller('payments')
@ApiTags('Payments')
@ApiBearerAuth('session')
class PaymentsController {
  @Get()
  @ApiOperation({ operationId: 'listPayments' })
  @ApiOkResponse({ type: Webhook })
  list(): Webhook {
    return { paymentProviderUrl: 'https://payments.example.com' };
  }

  @Post()
  @ApiOperation({ operationId: 'createPayment' })
  @ApiOkResponse({ type: HttpTransport })
  create(@Body() _body: CreateWebhook): HttpTransport {
    return { carrier: 'DHL' };
  }
}

const HOST_TAG = { name: 'Payments', description: 'Payments of the host.' };
const OUR_TAGS = [
  'HTTP transports',
  'Webhooks',
  'Webhook deliveries',
  'Webhook events',
  'Webhook audit',
  'Webhook catalog and quotas',
  'Webhook operations',
];

describe('the OpenAPI document of a host with DTOs of its own', () => {
  let database: TestDatabase;
  let host: TestHost;
  let document: OpenAPIObject;

  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({
      database,
      controllers: [PaymentsController],
      webhooks: { worker: false, path: 'v2' },
    });
    const config = new DocumentBuilder()
      .setTitle('Host')
      .addTag(HOST_TAG.name, HOST_TAG.description)
      .addApiKey({ type: 'apiKey', in: 'cookie', name: 'sid' }, 'session')
      .build();
    document = SwaggerModule.createDocument(host.app, config);
  });
  afterAll(async () => {
    await host?.close();
    await database?.drop();
  });

  const operationsOf = ({ paths }: OpenAPIObject) =>
    Object.entries(paths).flatMap(([path, item]) =>
      (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) =>
        item[method] ? [{ path, ...item[method] }] : [],
      ),
    );
  const ours = (described: OpenAPIObject) =>
    operationsOf(described).filter(({ path }) => /^\/v2\/(tenants|webhookoperations)\//.test(path));

  it('keeps the schemas of the host', () => {
    const properties = (name: string): string[] => {
      const schema = document.components!.schemas![name]!;
      return 'properties' in schema ? Object.keys(schema.properties!) : [];
    };
    expect(properties('Webhook')).toEqual(['paymentProviderUrl']);
    expect(properties('CreateWebhook')).toEqual(['currency']);
    expect(properties('HttpTransport')).toEqual(['carrier']);
    expect(properties('WebhooksWebhook')).toContain('webhookUid');
  });

  it('prefixes every schema of the module', () => {
    const names = Object.keys(document.components!.schemas!);
    const unprefixed = names.filter((name) => !name.startsWith('Webhooks'));
    expect(unprefixed.sort()).toEqual(['CreateWebhook', 'HttpTransport', 'Webhook']);
  });

  describe('after describeWebhooks', () => {
    it('describes each tag of the module, after those of the host', () => {
      const { tags } = describeWebhooks(document);
      expect(tags).toEqual([
        HOST_TAG,
        ...OUR_TAGS.map((name) => ({ name, description: expect.stringMatching(/\w.*\.$/) })),
      ]);
      const used = new Set(ours(describeWebhooks(document)).flatMap((operation) => operation.tags));
      expect([...used].sort()).toEqual([...OUR_TAGS].sort());
    });

    it('defines the bearer scheme that the routes of the module require', () => {
      const { components } = describeWebhooks(document);
      expect(components!.securitySchemes).toMatchObject({
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey' },
      });
    });

    it('uses the names of tags and of the security scheme that the host gives', () => {
      const described = describeWebhooks(document, {
        securityScheme: 'session',
        tags: { webhooks: 'Subscriptions', deliveries: 'Payments' },
      });
      expect(described.tags!.map(({ name }) => name)).toEqual([
        'Payments',
        'HTTP transports',
        'Subscriptions',
        'Webhook events',
        'Webhook audit',
        'Webhook catalog and quotas',
        'Webhook operations',
      ]);
      expect(described.tags![0]).toEqual(HOST_TAG);
      expect(described.components!.securitySchemes).toEqual(document.components!.securitySchemes);
      for (const { security, tags } of ours(described)) {
        expect(security).toEqual([{ session: [] }]);
        expect(tags!.some((tag) => tag === 'Webhooks' || tag === 'Webhook deliveries')).toBe(false);
      }
    });

    it('leaves the routes of the host, and the document that it was given, as they are', () => {
      const before = structuredClone(document);
      const { paths } = describeWebhooks(document, { securityScheme: 'other', operationIdPrefix: 'x' });
      expect(paths['/payments']).toEqual(before.paths['/payments']);
      expect(document).toEqual(before);
    });

    it('makes operationIds unique in a host with two mounts', () => {
      const copies = Object.entries(document.paths)
        .filter(([path]) => path.startsWith('/v2/'))
        .map(([path, item]) => [path.replace('/v2/', '/partner/'), item] as const);
      const both = { ...document, paths: { ...document.paths, ...Object.fromEntries(copies) } };
      const described = describeWebhooks(describeWebhooks(both, { path: 'v2' }), {
        path: '/partner',
        operationIdPrefix: 'partner_',
        securityScheme: 'partner',
      });
      const ids = operationsOf(described).map(({ operationId }) => operationId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(['createWebhook', 'partner_createWebhook', 'listPayments']));
      expect(ours(described)[0]!.security).toEqual([{ bearer: [] }]);
    });

    it('returns the document as it is if the module is not mounted', () => {
      const paths = { '/payments': document.paths['/payments']! };
      const without = { ...document, paths };
      expect(describeWebhooks(without)).toBe(without);
      expect(describeWebhooks(document, { path: 'elsewhere' })).toBe(document);
    });

    it.each([
      [{ securitySchema: 'session' }, 'describeWebhooks.securitySchema'],
      [{ securityScheme: '' }, 'describeWebhooks.securityScheme'],
      [{ tags: { webhook: 'Subscriptions' } }, 'describeWebhooks.tags.webhook'],
      [{ tags: { webhooks: 7 } }, 'describeWebhooks.tags.webhooks'],
    ])('refuses %j', (options, option) => {
      expect(() => describeWebhooks(document, options as DescribeWebhooksOptions)).toThrow(
        expect.objectContaining({ constructor: InvalidOptionError, option, code: 'INVALID_OPTION' }),
      );
    });
  });
});
