import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { describeWebhooks, WebhooksModule, type WebhooksTagGroup } from 'nestjs-tillhook';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { declaredRoutes } from '../../support/declared-routes.js';
import type { TestDatabase } from '../../support/test-database.js';

/** Number of routes of one mount. */
const ROUTES = declaredRoutes().length;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const DEFAULT_TAGS = [
  'HTTP transports',
  'Webhook audit',
  'Webhook catalog and quotas',
  'Webhook deliveries',
  'Webhook events',
  'Webhook operations',
  'Webhook portal',
  'Webhooks',
];

const operationsAt = ({ paths }: OpenAPIObject, prefix: string) =>
  Object.entries(paths)
    .filter(
      ([path]) =>
        /^\/(tenants|webhookoperations)\//.test(path.slice(prefix.length)) && path.startsWith(prefix),
    )
    .flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item[method] ? [{ path, method, ...item[method] }] : [])),
    );

const idsAt = (document: OpenAPIObject, prefix: string): string[] =>
  operationsAt(document, prefix).map(({ operationId }) => operationId!);

const tagsAt = (document: OpenAPIObject, prefix: string): string[] =>
  [...new Set(operationsAt(document, prefix).flatMap(({ tags }) => tags!))].sort();

const schemesAt = (document: OpenAPIObject, prefix: string): string[] => [
  ...new Set(operationsAt(document, prefix).flatMap(({ security }) => security!.flatMap(Object.keys))),
];

/** Tags of one mount. */
const tagsOf = (name: string): Record<WebhooksTagGroup, string> => ({
  httpTransports: `${name} 1`,
  webhooks: `${name} 2`,
  deliveries: `${name} 3`,
  events: `${name} 4`,
  audit: `${name} 5`,
  catalogAndQuotas: `${name} 6`,
  portal: `${name} 7`,
  operations: `${name} 8`,
});

describe.each(['express', 'fastify'])(
  'describeWebhooks in a host on %s that mounts the module',
  (platform) => {
    const databases: TestDatabase[] = [];
    const apps: INestApplication[] = [];

    /** The document of a host with one instance for each of these paths; the first one has no name. */
    async function documentOf(globalPrefix: string, ...paths: string[]): Promise<OpenAPIObject> {
      const instances = await Promise.all(
        paths.map(async (path, index) => {
          const database = await createMigratedDatabase('sqlite');
          databases.push(database);
          const name = index === 0 ? undefined : `instance${index}`;
          return [
            TypeOrmModule.forRoot({ ...database.options, ...(name && { name }) }),
            WebhooksModule.forRoot({
              accessPolicy: BearerPolicy,
              runMigrations: true,
              worker: false,
              portal: true,
              ...(path && { path }),
              ...(name && { name, dataSource: name }),
            }),
          ];
        }),
      );
      const host = { module: class HostModule {}, imports: instances.flat() };
      const options = { logger: ['error' as const], abortOnError: false };
      const app: INestApplication =
        platform === 'fastify'
          ? await NestFactory.create(host, new FastifyAdapter(), options)
          : await NestFactory.create(host, options);
      apps.push(app);
      app.setGlobalPrefix(globalPrefix);
      await app.init();
      return SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Host').build());
    }

    afterAll(async () => {
      for (const app of apps) await app.close();
      for (const database of databases) await database.drop();
    });

    describe('twice', () => {
      let plain: OpenAPIObject;
      let described: OpenAPIObject;

      beforeAll(async () => {
        plain = await documentOf('', 'shop', 'partner');
        described = describeWebhooks(
          describeWebhooks(plain, { path: 'shop', securityScheme: 'shopToken', tags: tagsOf('Shop') }),
          {
            path: '/partner/',
            securityScheme: 'partnerToken',
            tags: tagsOf('Partner'),
            operationIdPrefix: 'partner_',
          },
        );
      });

      it('documents every operation once for each mount', () => {
        const routesAt = (prefix: string): string[] =>
          operationsAt(described, prefix).map(({ path, method }) => `${method} ${path.slice(prefix.length)}`);
        const shop = routesAt('/shop');
        expect(shop).toHaveLength(ROUTES);
        expect(routesAt('/partner')).toEqual(shop);
        expect(Object.keys(described.paths).filter((path) => !/^\/(shop|partner)\//.test(path))).toEqual([]);
      });

      it('gives each mount its own operationIds', () => {
        const [shop, partner] = [idsAt(described, '/shop'), idsAt(described, '/partner')];
        expect(shop).toContain('createWebhook');
        expect(partner).toEqual(shop.map((id) => `partner_${id}`));
        expect(new Set([...shop, ...partner]).size).toBe(2 * ROUTES);
      });

      it('gives each mount its own tags and security scheme', () => {
        expect(tagsAt(described, '/shop')).toEqual(Object.values(tagsOf('Shop')));
        expect(tagsAt(described, '/partner')).toEqual(Object.values(tagsOf('Partner')));
        expect(schemesAt(described, '/shop')).toEqual(['shopToken']);
        expect(schemesAt(described, '/partner')).toEqual(['partnerToken']);
        const names = described.tags!.map(({ name }) => name);
        expect(names).toEqual([...Object.values(tagsOf('Shop')), ...Object.values(tagsOf('Partner'))]);
        expect(Object.keys(described.components!.securitySchemes!).sort()).toEqual([
          'partnerToken',
          'shopToken',
        ]);
      });

      it('gives the same paths whichever mount is described first', () => {
        const reversed = describeWebhooks(
          describeWebhooks(plain, {
            path: 'partner',
            securityScheme: 'partnerToken',
            tags: tagsOf('Partner'),
            operationIdPrefix: 'partner_',
          }),
          { path: 'shop', securityScheme: 'shopToken', tags: tagsOf('Shop') },
        );
        expect(reversed.paths).toEqual(described.paths);
      });

      it('shares the schemas, each of which the document defines', () => {
        const names = Object.keys(described.components!.schemas!);
        expect(new Set(names).size).toBe(names.length);
        expect(names.every((name) => name.startsWith('Webhooks'))).toBe(true);
        const used = [...JSON.stringify(described).matchAll(/#\/components\/schemas\/(\w+)/g)];
        expect([...new Set(used.map(([, name]) => name))].sort()).toEqual(names.sort());
      });

      it('describes all mounts alike without a path', () => {
        const alike = describeWebhooks(plain, { securityScheme: 'session' });
        for (const prefix of ['/shop', '/partner']) {
          expect(schemesAt(alike, prefix)).toEqual(['session']);
          expect(tagsAt(alike, prefix)).toEqual(DEFAULT_TAGS);
        }
        expect(alike.tags).toHaveLength(DEFAULT_TAGS.length);
      });
    });

    it('at the root, at /v2 and at /v2/partner: each call describes the mount at its path only', async () => {
      const document = await documentOf('', '', 'v2', 'v2/partner');
      const described = describeWebhooks(
        describeWebhooks(describeWebhooks(document, { path: '/', operationIdPrefix: 'root_' }), {
          path: 'v2',
          operationIdPrefix: 'v2_',
        }),
        { path: 'v2/partner', operationIdPrefix: 'partner_', securityScheme: 'partnerToken' },
      );
      for (const [prefix, id] of [
        ['', 'root_'],
        ['/v2', 'v2_'],
        ['/v2/partner', 'partner_'],
      ] as const) {
        const ids = idsAt(described, prefix);
        expect(ids).toHaveLength(ROUTES);
        expect(ids.filter((given) => !new RegExp(`^${id}[a-z]+$`, 'i').test(given))).toEqual([]);
      }
      expect(schemesAt(described, '/v2')).toEqual(['bearer']);
      expect(schemesAt(described, '/v2/partner')).toEqual(['partnerToken']);
    });

    it('below a global prefix: the path is the one in the document', async () => {
      const document = await documentOf('api', 'shop', 'partner');
      expect(describeWebhooks(document, { path: 'partner' })).toBe(document);
      const described = describeWebhooks(document, { path: 'api/partner', operationIdPrefix: 'partner_' });
      expect(idsAt(described, '/api/partner')).toContain('partner_createWebhook');
      expect(idsAt(described, '/api/shop')).toContain('createWebhook');
    });
  },
);
