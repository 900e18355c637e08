import { HttpException, Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext, OnModuleInit } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksModule, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { map, timer, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { eachHost, newTenant } from '../../support/each-host.js';

interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly params: { readonly tenantUid: string };
  user?: string;
}

const requestOf = (context: ExecutionContext): GuardedRequest =>
  context.switchToHttp().getRequest<GuardedRequest>();

/** The guards and the policy that were called for the last requests, in this order. */
const asked: string[] = [];

/** Sets `request.user` from the token, as the authentication of a host does. */
@Injectable()
class AuthenticationGuard implements CanActivate, OnModuleInit {
  #isInitialized = false;

  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  onModuleInit(): void {
    this.#isInitialized = true;
  }

  canActivate(context: ExecutionContext): boolean {
    const isReady =
      this.#isInitialized && this.reflector.get('no such metadata', context.getHandler()) === undefined;
    asked.push(`authentication of ${context.getClass().name}`);
    const request = requestOf(context);
    request.user = /^Bearer [^:]+:(\w+)$/.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
    return isReady;
  }
}

/** Refuses with a status of its own, as the rate limit of a host does. */
class TwoPerTenantGuard implements CanActivate {
  readonly #requests = new Map<string, number>();

  constructor(private readonly dataSource: DataSource) {}

  canActivate(context: ExecutionContext): Observable<boolean> {
    asked.push(`rate limit on ${this.dataSource.isInitialized ? 'an open' : 'no'} database`);
    const { tenantUid } = requestOf(context).params;
    const count = (this.#requests.get(tenantUid) ?? 0) + 1;
    this.#requests.set(tenantUid, count);
    if (count > 2) throw new HttpException('Slow down', 429);
    return timer(1).pipe(map(() => true));
  }
}

/** Refuses cashiers asynchronously. */
const noCashiers: CanActivate = {
  canActivate: async (context) => {
    asked.push('cashiers');
    await Promise.resolve();
    return requestOf(context).user !== 'cashier';
  },
};

/** Grants access to users that the guard has authenticated. */
class UserPolicy implements WebhooksAccessPolicy {
  check(request: unknown): AccessDecision {
    asked.push('policy');
    return (request as GuardedRequest).user === 'admin' ? 'granted' : 'unauthenticated';
  }
}

describe('guards of the host', () => {
  eachHost(
    (host) => {
      let tenantUid: string;
      beforeEach(() => {
        tenantUid = newTenant();
        asked.length = 0;
      });

      it('run in their order before the access policy, which sees what they add to the request', async () => {
        const { status } = await host().api(tenantUid).get('/httptransports');
        expect(status).toBe(200);
        expect(asked).toEqual([
          'authentication of HttpTransportsController',
          'rate limit on an open database',
          'cashiers',
          'policy',
        ]);
      });

      it('run for requests to different controllers', async () => {
        await host().api(tenantUid).get('/deliveries');
        await host().api(tenantUid).get('/quotas');
        expect(asked.filter((who) => who.startsWith('authentication'))).toEqual([
          'authentication of DeliveriesController',
          'authentication of QuotasController',
        ]);
      });

      it('refuse with 403, and neither later guards nor the policy are asked', async () => {
        const { status } = await host().api(tenantUid, 'cashier').get('/httptransports');
        expect([status, asked.at(-1)]).toEqual([403, 'cashiers']);
      });

      it('refuse with the status of their exception', async () => {
        for (const expected of [200, 200, 429]) {
          const { status } = await host().api(tenantUid).get('/httptransports');
          expect(status).toBe(expected);
        }
        expect(asked.at(-1)).toBe('rate limit on an open database');
      });

      it('grant nothing: the policy decides', async () => {
        const { status, body } = await host().api(tenantUid, 'nobody').get('/httptransports');
        expect([status, body]).toMatchObject([401, { code: 'UNAUTHENTICATED' }]);
      });
    },
    {
      worker: false,
      accessPolicy: UserPolicy,
      guards: [
        AuthenticationGuard,
        { useFactory: (dataSource: DataSource) => new TwoPerTenantGuard(dataSource), inject: [DataSource] },
        { useValue: noCashiers },
      ],
    },
  );

  it('must be a list: anything else is refused with a remedy', () => {
    const guards = AuthenticationGuard as unknown as [];
    expect(() => WebhooksModule.forRoot({ accessPolicy: UserPolicy, guards })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('give a list') }),
    );
  });
});
