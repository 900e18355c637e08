import {
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPortalRequest, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

type Headers = Readonly<Record<string, string>>;

/** A host that signs its users in by a cookie, and other systems by a token. */
class CookieOrTokenPolicy implements WebhooksAccessPolicy {
  check(request: unknown): AccessDecision {
    const { cookie, authorization } = (request as { headers: Record<string, string | undefined> }).headers;
    return cookie === 'sid=admin' || authorization !== undefined ? 'granted' : 'unauthenticated';
  }
}

/** A guard for all routes, as with passport. */
const hostGuard = (letsPass: (context: ExecutionContext) => boolean): Provider => ({
  provide: APP_GUARD,
  useValue: {
    canActivate: (context) => {
      const { headers } = context
        .switchToHttp()
        .getRequest<{ headers: Record<string, string | undefined> }>();
      if (letsPass(context) || headers['authorization'] !== undefined) return true;
      throw new UnauthorizedException('of the host');
    },
  } satisfies CanActivate,
});

const granted: WebhooksAccessPolicy = { check: () => 'granted' };

describe.each(['express', 'fastify'] as const)('access to the portal on %s', (platform) => {
  let database: TestDatabase;
  const hosts: TestHost[] = [];
  const start = async (
    webhooks: NonNullable<Parameters<typeof TestHost.start>[0]['webhooks']>,
    providers: Provider[] = [],
  ): Promise<TestHost> => {
    const host = await TestHost.start({
      database,
      platform,
      providers,
      webhooks: { worker: false, ...webhooks },
    });
    hosts.push(host);
    return host;
  };
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    await database.drop();
  });
  const api = (host: TestHost, path: string): string => `${host.url}/tenants/shop${path}`;

  describe('with cookies of the host', () => {
    let host: TestHost;
    beforeAll(async () => {
      host = await start({ portal: { cookieSession: true }, accessPolicy: CookieOrTokenPolicy });
    });
    const JSON_BODY = { 'content-type': 'application/json' };
    const cookie = { cookie: 'sid=admin' };
    const marked = { ...cookie, 'x-tillhook-portal': 'session' };
    const disable = async (headers: Headers, body?: string): Promise<unknown[]> => {
      const response = await fetch(api(host, '/httptransports/none/disable'), {
        method: 'POST',
        headers,
        ...(body !== undefined && { body }),
      });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const REFUSED = [403, 'CROSS_SITE_REQUEST'];
    const PASSED = [404, 'HTTP_TRANSPORT_NOT_FOUND'];

    const sameOrigin = (): Headers => ({ origin: new URL(host.url).origin });
    it.each<[string, () => Headers, unknown[]]>([
      ['a script of the same origin', () => ({ ...marked, 'sec-fetch-site': 'same-origin' }), PASSED],
      ['an older browser, whose origin is that of the host', () => ({ ...marked, ...sameOrigin() }), PASSED],
      [
        'another system with a token, even with a cookie',
        () => ({ ...cookie, authorization: 'Bearer t' }),
        PASSED,
      ],
      ['another system without a cookie', () => ({ authorization: 'Basic dDp0' }), PASSED],
      ['a request without the header', () => ({ ...cookie, 'sec-fetch-site': 'same-origin' }), REFUSED],
      ['another site', () => ({ ...marked, 'sec-fetch-site': 'cross-site' }), REFUSED],
      ['a sibling domain', () => ({ ...marked, 'sec-fetch-site': 'same-site' }), REFUSED],
      ['a navigation by the user, such as a form', () => ({ ...marked, 'sec-fetch-site': 'none' }), REFUSED],
      [
        'an older browser of another origin',
        () => ({ ...marked, origin: 'https://evil.example.com' }),
        REFUSED,
      ],
      ['a sandboxed frame', () => ({ ...marked, origin: 'null' }), REFUSED],
      ['a client that does not say where it comes from', () => marked, REFUSED],
      [
        'a browser that adds its own credentials',
        () => ({ ...cookie, authorization: 'Basic dDp0' }),
        REFUSED,
      ],
    ])('a change by %s is judged', async (_who, headers, expected) => {
      expect(await disable({ ...headers(), ...JSON_BODY }, '{}')).toEqual(expected);
    });

    it('a form of another site changes nothing, with or without a body', async () => {
      const form = { ...cookie, 'sec-fetch-site': 'cross-site' };
      expect(await disable(form)).toEqual(REFUSED);
      expect(
        await disable({ ...form, 'content-type': 'application/x-www-form-urlencoded' }, 'reason=x'),
      ).toEqual(REFUSED);
      expect(await disable({ ...form, 'content-type': 'text/plain' }, '{}')).toEqual(REFUSED);
    });

    it('reading needs no header', async () => {
      expect((await fetch(api(host, '/httptransports'), { headers: cookie })).status).toBe(200);
    });

    it('somebody who is not signed in gets 401, not a hint at the protection', async () => {
      expect(await disable(JSON_BODY, '{}')).toEqual([401, 'UNAUTHENTICATED']);
    });
  });

  /** Status codes of what a browser requests with a portal link. */
  const walk = async (host: TestHost): Promise<Record<string, number>> => {
    const created = await host.api('shop').post<{ url: string }>('/portallinks', {});
    const code = /#link=(.+)$/.exec(created.body.url)![1]!;
    const page = await fetch(`${host.url}/portal`);
    const element = await fetch(`${host.url}/portal/element.js`);
    const session = await fetch(`${host.url}/portal/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const { token = 'none' } = (await session.json()) as { token?: string };
    const headers = { 'x-tillhook-portal': token };
    const read = await fetch(api(host, '/httptransports'), { headers });
    return { page: page.status, element: element.status, session: session.status, read: read.status };
  };

  it('a global guard of the host that asks isPortalRequest lets the requests of a link pass', async () => {
    const host = await start({ portal: true }, [hostGuard(isPortalRequest)]);
    expect(await walk(host)).toEqual({ page: 200, element: 200, session: 200, read: 200 });
    const made = await fetch(api(host, '/httptransports'), { headers: { 'x-tillhook-portal': 'made-up' } });
    expect([made.status, await made.json()]).toMatchObject([401, { code: 'PORTAL_LINK_INVALID' }]);
    const cookies = await fetch(api(host, '/httptransports'), {
      headers: { 'x-tillhook-portal': 'session' },
    });
    expect([cookies.status, await cookies.json()]).toMatchObject([401, { message: 'of the host' }]);
  });

  it('a global guard of the host that does not ask it closes the portal', async () => {
    const host = await start({ portal: true }, [hostGuard(() => false)]);
    expect(await walk(host)).toEqual({ page: 401, element: 401, session: 401, read: 401 });
  });

  it('a guard in the option "guards" refuses links unless it asks isPortalRequest', async () => {
    const guards = (letsPass: typeof isPortalRequest) => [
      { useValue: { canActivate: (context: ExecutionContext) => letsPass(context) } },
    ];
    const refusing = await start({ portal: true, guards: guards(() => false) });
    expect((await fetch(api(refusing, '/quotas'), { headers: { 'x-tillhook-portal': 'x' } })).status).toBe(
      403,
    );
    const asking = await start({ portal: true, guards: guards(isPortalRequest) });
    expect((await fetch(api(asking, '/quotas'), { headers: { 'x-tillhook-portal': 'x' } })).status).toBe(401);
  });

  it('without a portal, a request with the header of the portal is refused, although the guard and the policy let it pass', async () => {
    const host = await start({ accessPolicy: granted }, [hostGuard(isPortalRequest)]);
    const response = await fetch(api(host, '/httptransports'), {
      headers: { 'x-tillhook-portal': 'made-up' },
    });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'PORTAL_LINK_INVALID' }]);
  });

  it('two instances have portals below their own paths, and a link opens the portal of its instance', async () => {
    const other = await start({ name: 'partner', path: 'partner', portal: { title: 'Partner' } });
    const host = await start({ portal: true });
    expect(await (await fetch(`${other.url}/partner/portal`)).text()).toContain('<title>Partner</title>');
    expect((await fetch(`${other.url}/portal`)).status).toBe(404);
    expect((await walk(host)).read).toBe(200);
  });
});
