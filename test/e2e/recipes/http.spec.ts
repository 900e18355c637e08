import { VERSION_NEUTRAL, VersioningType, type INestApplication } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecipeApp } from '../../support/recipe-app.js';
import { createSqliteDatabase } from '../../support/sqlite.js';
import type { TestDatabase } from '../../support/test-database.js';
import { AppModule as FastifyModule } from './fastify/app.module.js';
import { AppModule as PassportModule } from './passport/app.module.js';
import { AppModule as PrefixModule, configure } from './prefix/app.module.js';

const PLATFORMS = ['express', 'fastify'] as const;

describe('the recipes for HTTP', () => {
  let database: TestDatabase;
  let app: RecipeApp | undefined;
  let file: string;
  beforeEach(async () => {
    database = await createSqliteDatabase();
    file = String(database.options.database);
    process.env.JWT_SECRET = 'a secret of the tests';
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    delete process.env.JWT_SECRET;
    await database.drop();
  });

  describe('global prefix and URI versioning', () => {
    it.each(PLATFORMS)('serves the admin API under prefix, version and path on %s', async (platform) => {
      app = await RecipeApp.start(PrefixModule, { file, platform, configure });
      expect((await app.request('/api/v1/webhooks/tenants/7/quotas'))[0]).toBe(200);
      expect((await app.request('/webhooks/tenants/7/quotas'))[0]).toBe(404);
    });

    const versioned =
      (defaultVersion?: string | typeof VERSION_NEUTRAL) =>
      (application: INestApplication): void => {
        application.setGlobalPrefix('api');
        application.enableVersioning({
          type: VersioningType.URI,
          ...(defaultVersion !== undefined && { defaultVersion }),
        });
      };
    it.each<[string | typeof VERSION_NEUTRAL | undefined]>([[undefined], [VERSION_NEUTRAL]])(
      'serves it without a version in the path if the default version is %p',
      async (version) => {
        app = await RecipeApp.start(PrefixModule, { file, configure: versioned(version) });
        expect((await app.request('/api/webhooks/tenants/7/quotas'))[0]).toBe(200);
        expect((await app.request('/api/v1/webhooks/tenants/7/quotas'))[0]).toBe(404);
      },
    );

    it('serves it with header versioning and a neutral default without the header', async () => {
      const headers = (application: INestApplication): void => {
        application.enableVersioning({
          type: VersioningType.HEADER,
          header: 'x-version',
          defaultVersion: VERSION_NEUTRAL,
        });
      };
      app = await RecipeApp.start(PrefixModule, { file, configure: headers });
      expect((await app.request('/webhooks/tenants/7/quotas'))[0]).toBe(200);
    });

    it('serves it without the prefix if its path is excluded', async () => {
      const excluding = (application: INestApplication): void => {
        application.setGlobalPrefix('api', { exclude: ['webhooks/{*path}'] });
      };
      app = await RecipeApp.start(PrefixModule, { file, configure: excluding });
      expect((await app.request('/webhooks/tenants/7/quotas'))[0]).toBe(200);
    });
  });

  describe.each(PLATFORMS)('passport with JWT on %s', (platform) => {
    const tokenOf = (claims: object, secret = 'a secret of the tests', expiresIn = 60): string =>
      new JwtService({ secret }).sign(claims, { expiresIn, algorithm: 'HS256' });
    const quotas = async (token?: string): Promise<[number, unknown]> =>
      app!.request('/tenants/7/quotas', token === undefined ? {} : { authorization: `Bearer ${token}` });
    beforeEach(async () => {
      app = await RecipeApp.start(PassportModule, { file, platform });
    });

    it('grants access to an admin of the tenant', async () => {
      expect((await quotas(tokenOf({ tenant: '7', roles: ['Tenant.Admin'] })))[0]).toBe(200);
    });

    it('forbids it to other roles and to admins of other tenants', async () => {
      for (const claims of [{ tenant: '7' }, { tenant: '8', roles: ['Tenant.Admin'] }])
        expect(await quotas(tokenOf(claims))).toMatchObject([403, { code: 'FORBIDDEN' }]);
    });

    it('responds with the error of the admin API without a token, and to expired and forged ones', async () => {
      const admin = { tenant: '7', roles: ['Tenant.Admin'] };
      for (const token of [
        undefined,
        'no token',
        tokenOf(admin, 'another secret'),
        tokenOf(admin, undefined, -5),
      ])
        expect(await quotas(token)).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
    });
  });

  describe.each(PLATFORMS)('a user set by middleware on %s', (platform) => {
    beforeEach(async () => {
      app = await RecipeApp.start(FastifyModule, { file, platform });
    });

    it('reaches the access policy', async () => {
      const headers = { 'x-session': 'session-of-7' };
      expect((await app!.request('/tenants/7/quotas', headers))[0]).toBe(200);
      expect(await app!.request('/tenants/8/quotas', headers)).toMatchObject([403, { code: 'FORBIDDEN' }]);
      expect(await app!.request('/tenants/7/quotas')).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
    });
  });
});
