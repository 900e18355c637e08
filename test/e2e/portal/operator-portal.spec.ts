import { VersioningType, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPortalRequest, type AccessDecision, type WebhooksAccessPolicy } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost, type TestHostOptions } from '../../support/test-host.js';

/** URLs of the files that a page names, resolved as a browser does. */
const filesOf = (html: string, url: string): string[] => {
  const base = new URL(/<base href="([^"]+)">/.exec(html)![1]!, url);
  return [...html.matchAll(/<(?:link|script)[^>]+(?:href|src)="([^"]+)"/g)].map(
    ([, file]) => new URL(file!, base).href,
  );
};
const textOf = async (url: string): Promise<string> => (await fetch(url)).text();
/** All scripts that a page loads before its user does anything, as one text. */
const scriptsOf = async (page: string): Promise<string> => {
  const scripts = filesOf(await textOf(page), page).filter((file) => file.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(1);
  return (await Promise.all(scripts.map(textOf))).join('\n');
};

const granted: WebhooksAccessPolicy = { check: () => 'granted', checkOperator: () => 'granted' };

/** A host whose operators have a cookie. */
class CookiePolicy implements WebhooksAccessPolicy {
  check(): AccessDecision {
    return 'granted';
  }

  checkOperator(request: unknown): AccessDecision {
    const { cookie } = (request as { headers: { cookie?: string } }).headers;
    return cookie === 'sid=manager' ? 'granted' : 'unauthenticated';
  }
}

describe.each(['express', 'fastify'] as const)('the operator console on %s', (platform) => {
  let database: TestDatabase;
  const hosts: TestHost[] = [];
  const start = async (
    webhooks: NonNullable<TestHostOptions['webhooks']>,
    options: Pick<TestHostOptions, 'providers' | 'configure'> = {},
  ): Promise<TestHost> => {
    const host = await TestHost.start({
      ...options,
      database,
      platform,
      webhooks: { worker: false, ...webhooks },
    });
    hosts.push(host);
    return host;
  };
  let both: TestHost;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    both = await start({
      portal: true,
      operatorPortal: { frameAncestors: ['https://office.example.com'] },
      accessPolicy: granted,
    });
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    await database.drop();
  });

  /** The token of a portal link of the tenant `shop`. */
  const linkToken = async (): Promise<string> => {
    const { body } = await both.api('shop').post<{ url: string }>('/portallinks', {});
    const session = await fetch(`${both.url}/portal/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: /#link=(.+)$/.exec(body.url)![1] }),
    });
    return ((await session.json()) as { token: string }).token;
  };

  describe('in a host with a prefix, a version and a path, and without a portal', () => {
    let mount: string;
    beforeAll(async () => {
      const host = await start(
        { operatorPortal: true, path: 'hooks' },
        {
          configure: (app: INestApplication) => {
            app.setGlobalPrefix('api');
            app.enableVersioning({ type: VersioningType.URI, defaultVersion: '3' });
          },
        },
      );
      mount = `${host.url}/api/v3/hooks`;
    });

    it.each(['', '/', '?a=b', '/?a=b'])(
      'opens with all of its files at its URL followed by "%s"',
      async (end) => {
        const response = await fetch(`${mount}/operatorportal${end}`);
        expect([response.status, response.headers.get('content-type')]).toEqual([
          200,
          'text/html; charset=utf-8',
        ]);
        const html = await response.text();
        expect(html).toContain('<title>Webhook operations</title>');
        const files = filesOf(html, response.url);
        expect(files.length).toBeGreaterThan(2);
        for (const file of files) {
          expect(file.startsWith(`${mount}/operatorportal/assets/`)).toBe(true);
          expect([file, (await fetch(file)).status]).toEqual([file, 200]);
        }
      },
    );

    it('opens nothing else: no portal, no links, no other path below it', async () => {
      const paths = [
        'portal',
        'portal/',
        'portal/element.js',
        'operatorportal/other',
        'operatorportal/portal/',
      ];
      for (const path of [...paths, 'operatorportal/session', 'operatorportal/index.html'])
        expect([path, (await fetch(`${mount}/${path}`)).status]).toEqual([path, 404]);
      const headers = { 'x-tillhook-portal': await linkToken() };
      const withPortal = await fetch(`${both.url}/tenants/shop/httptransports`, { headers });
      expect(withPortal.status).toBe(200);
      const response = await fetch(`${mount}/tenants/shop/httptransports`, { headers });
      expect([response.status, await response.json()]).toMatchObject([401, { code: 'PORTAL_LINK_INVALID' }]);
    });
  });

  it('has headers as strict as those of the portal, and its own origins that may embed it', async () => {
    const headersOf = async (page: string) => (await fetch(`${both.url}/${page}`)).headers;
    const policyOf = (headers: Headers) => headers.get('content-security-policy')!.split('; ');
    const [portal, operator] = [await headersOf('portal'), await headersOf('operatorportal')];
    expect(policyOf(operator).slice(0, -1)).toEqual(policyOf(portal).slice(0, -1));
    expect(policyOf(operator).at(-1)).toBe("frame-ancestors 'self' https://office.example.com");
    expect(policyOf(portal).at(-1)).toBe("frame-ancestors 'self'");
    expect(operator.get('cache-control')).toBe('no-cache');
  });

  it('offers its custom element under a name without a hash', async () => {
    const url = `${both.url}/operatorportal/element.js`;
    const [, target] = /from '(\.\/[^']+)'/.exec(await textOf(url))!;
    expect(await textOf(new URL(target!, url).href)).toContain('webhooks-operator-portal');
  });

  it('adds no code and no texts to the first page of the portal', async () => {
    const [portal, operator] = [
      await scriptsOf(`${both.url}/portal`),
      await scriptsOf(`${both.url}/operatorportal`),
    ];
    for (const ofConsole of ['webhookoperations', 'Global stop', 'webhooks-operator-portal']) {
      expect([ofConsole, portal.includes(ofConsole)]).toEqual([ofConsole, false]);
    }
    expect(operator).toContain('Global stop');
    expect(operator).toContain('webhookoperations/overview');
  });

  it('is not mounted unless it is switched on, and is never in the OpenAPI document', async () => {
    const without = await start({ portal: true });
    for (const path of ['operatorportal', 'operatorportal/', 'operatorportal/element.js'])
      expect([path, (await fetch(`${without.url}/${path}`)).status]).toEqual([path, 404]);
    const { paths } = SwaggerModule.createDocument(both.app, new DocumentBuilder().build());
    expect(Object.keys(paths).filter((path) => path.includes('operatorportal'))).toEqual([]);
  });

  it('cannot be used with the token of a portal link, although the policy grants everything', async () => {
    const call = async (method: string, path: string, headers: Record<string, string>) => {
      const response = await fetch(`${both.url}/webhookoperations/${path}`, { method, headers });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const ofLink = { 'x-tillhook-portal': await linkToken() };
    for (const [method, path] of [
      ['GET', 'overview'],
      ['POST', 'stop'],
      ['POST', 'tenants/shop/httptransports/erp/pause'],
      ['PUT', 'stop'],
    ] as const)
      expect([path, ...(await call(method, path, ofLink))]).toEqual([path, 403, 'FORBIDDEN']);
    expect(await call('GET', 'overview', {})).toEqual([200, undefined]);
  });

  it('opens behind a guard that asks isPortalRequest, but isPortalRequest is false for the operator routes', async () => {
    const guard = {
      provide: APP_GUARD,
      useValue: { canActivate: (context: ExecutionContext) => isPortalRequest(context) },
    };
    const host = await start({ operatorPortal: true, accessPolicy: granted }, { providers: [guard] });
    const statusOf = async (path: string, headers = {}) =>
      (await fetch(`${host.url}/${path}`, { headers })).status;
    expect(await statusOf('operatorportal')).toBe(200);
    expect(await statusOf('operatorportal/element.js')).toBe(200);
    for (const value of ['session', 'made-up'])
      expect(await statusOf('webhookoperations/overview', { 'x-tillhook-portal': value })).toBe(403);
  });

  it('accepts changes by cookies only from pages of the same origin', async () => {
    const host = await start({ operatorPortal: { cookieSession: true }, accessPolicy: CookiePolicy });
    const resume = async (headers: Record<string, string>, path = 'webhookoperations/resume') => {
      const response = await fetch(`${host.url}/${path}`, {
        method: 'POST',
        headers: { cookie: 'sid=manager', ...headers },
      });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const marked = { 'x-tillhook-portal': 'session' };
    const REFUSED = [403, 'CROSS_SITE_REQUEST'];
    expect(await resume({ ...marked, 'sec-fetch-site': 'same-origin' })).toEqual([200, undefined]);
    expect(await resume({ 'sec-fetch-site': 'same-origin' })).toEqual(REFUSED);
    expect(await resume({ ...marked, 'sec-fetch-site': 'same-site' })).toEqual(REFUSED);
    expect(await resume({ ...marked, origin: 'https://evil.example.com' })).toEqual(REFUSED);
    // The cookie reaches the routes of tenants, too.
    expect(await resume({}, 'tenants/shop/httptransports/none/pause')).toEqual(REFUSED);
    expect(await resume({ cookie: 'sid=none' })).toEqual([401, 'UNAUTHENTICATED']);
  });
});
