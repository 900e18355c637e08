import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Post,
  Put,
  VersioningType,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';

interface HostRequest {
  headers: { authorization?: string };
  user?: string;
}

/** A host that authenticates in a global guard, as with passport. */
@Injectable()
class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HostRequest>();
    const user = request.headers.authorization?.replace('Bearer ', '');
    if (user !== undefined) request.user = user;
    return true;
  }
}

class UserPolicy implements WebhooksAccessPolicy {
  check(request: unknown, tenantUid: string): AccessDecision {
    const { user } = request as HostRequest;
    if (user === undefined) return 'unauthenticated';
    return user === tenantUid ? 'granted' : 'forbidden';
  }
}

/** The host's own shape of errors. */
@Catch()
class TeapotFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(_error: unknown, host: ArgumentsHost): void {
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { teapot: true }, 418);
  }
}

/** Routes of the host beside those of the module. */
@Controller('hooks/tenants/:tenantUid')
class HostController {
  @Put('webhooks')
  replaceAll(): string {
    return 'the host’s own method on a path of the module';
  }

  @Post('orders')
  order(@Body() body: object): object {
    return body;
  }
}

@Controller('tenants/:tenantUid/webhooks')
class SimilarController {
  @Get()
  list(): string {
    return 'the host’s own webhooks';
  }

  @Post()
  create(@Body() body: object): object {
    return body;
  }
}

describe.each(['express', 'fastify', 'fastify, made by the testing module'])(
  'a host with its own prefix, versions, guard, filter and routes on %s',
  (platform) => {
    let database: TestDatabase;
    let app: INestApplication;
    let url: string;

    beforeAll(async () => {
      database = await createMigratedDatabase('sqlite');
      const host = {
        module: class HostModule {},
        imports: [
          TypeOrmModule.forRoot(database.options),
          WebhooksModule.forRoot({
            accessPolicy: UserPolicy,
            runMigrations: true,
            worker: false,
            path: 'hooks',
          }),
        ],
        controllers: [HostController, SimilarController],
        providers: [
          { provide: APP_GUARD, useClass: AuthGuard },
          { provide: APP_FILTER, useClass: TeapotFilter },
        ],
      };
      if (platform === 'express') app = await NestFactory.create(host, { logger: false });
      else if (platform === 'fastify')
        app = await NestFactory.create(host, new FastifyAdapter(), { logger: false });
      else {
        const testing = await Test.createTestingModule({ imports: [host] }).compile();
        app = testing.createNestApplication(new FastifyAdapter(), { logger: false });
      }
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
      await app.listen(0, '127.0.0.1');
      url = `${await app.getUrl()}/api/v2`;
    });
    afterAll(async () => {
      await app?.close();
      await database?.drop();
    });

    async function send(method: string, path: string, body?: string, user = '7') {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(user && { authorization: `Bearer ${user}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          connection: 'close',
        },
        ...(body !== undefined && { body }),
      });
      const text = await response.text();
      return { status: response.status, allow: response.headers.get('allow'), text };
    }

    it('serves the admin API under all of its prefixes', async () => {
      expect((await send('GET', '/hooks/tenants/7/webhooks')).status).toBe(200);
    });

    it('gets 405 for other methods on paths of the module, after its guard has authenticated the request', async () => {
      const { status, allow, text } = await send('DELETE', '/hooks/tenants/7/quotas');
      expect([status, allow, text]).toEqual([405, 'GET', expect.stringContaining('METHOD_NOT_ALLOWED')]);
      expect((await send('DELETE', '/hooks/tenants/7/quotas', undefined, '')).status).toBe(401);
      expect((await send('DELETE', '/hooks/tenants/8/quotas')).status).toBe(403);
    });

    it('gets errors of the parser on paths of the module in the shape of the admin API', async () => {
      const { status, text } = await send('POST', '/hooks/tenants/7/httptransports', '{');
      expect([status, text]).toEqual([400, expect.stringContaining('VALIDATION_FAILED')]);
    });

    it('keeps its own methods on paths of the module', async () => {
      const { status, text } = await send('PUT', '/hooks/tenants/7/webhooks', '{}');
      expect([status, text]).toEqual([200, 'the host’s own method on a path of the module']);
    });

    it.each(['/hooks/tenants/7/orders', '/tenants/7/webhooks'])(
      'keeps its own errors on its own route %s',
      async (path) => {
        expect((await send('POST', path, '{"a":1}')).text).toBe('{"a":1}');
        expect(await send('POST', path, '{')).toEqual({ status: 418, allow: null, text: '{"teapot":true}' });
        expect((await send('DELETE', path)).status).toBe(418);
      },
    );
  },
);
