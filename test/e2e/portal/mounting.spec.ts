import { gunzipSync } from 'node:zlib';
import { VersioningType, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWebhooks } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

/** Headers as helmet sets them for every response, by middleware. */
const HELMET = {
  'content-security-policy': "default-src 'self'; style-src 'self'",
  'x-frame-options': 'SAMEORIGIN',
  'cross-origin-resource-policy': 'same-origin',
};
const likeHelmet = (app: INestApplication): void => {
  app.use((_request: unknown, response: { setHeader(n: string, v: string): void }, next: () => void) => {
    for (const [name, value] of Object.entries(HELMET)) response.setHeader(name, value);
    next();
  });
};

/** URLs of the files that a page names, resolved as a browser does. */
const filesOf = (html: string, url: string): string[] => {
  const base = new URL(/<base href="([^"]+)">/.exec(html)![1]!, url);
  return [...html.matchAll(/<(?:link|script)[^>]+(?:href|src)="([^"]+)"/g)].map(
    ([, file]) => new URL(file!, base).href,
  );
};

describe.each(['express', 'fastify'] as const)('the portal on %s', (platform) => {
  const databases: TestDatabase[] = [];
  const hosts: TestHost[] = [];
  const start = async (
    webhooks: NonNullable<Parameters<typeof TestHost.start>[0]['webhooks']>,
    configure?: (app: INestApplication) => void,
  ): Promise<TestHost> => {
    const database = await createMigratedDatabase('sqlite');
    databases.push(database);
    const host = await TestHost.start({
      database,
      platform,
      webhooks: { worker: false, ...webhooks },
      ...(configure && { configure }),
    });
    hosts.push(host);
    return host;
  };
  let plain: TestHost;
  beforeAll(async () => {
    plain = await start({ portal: { frameAncestors: ['https://office.example.com'] } }, likeHelmet);
  });
  afterAll(async () => {
    for (const host of hosts) await host.close();
    for (const database of databases) await database.drop();
  });

  describe('in a host with a prefix, a version and a path', () => {
    let page: string;
    beforeAll(async () => {
      const host = await start({ portal: true, path: 'hooks' }, (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '3' });
      });
      page = `${host.url}/api/v3/hooks/portal`;
    });

    it.each(['', '/', '?a=b', '/?a=b'])(
      'opens with all of its files at its URL followed by "%s"',
      async (end) => {
        const response = await fetch(page + end);
        expect([response.status, response.headers.get('content-type')]).toEqual([
          200,
          'text/html; charset=utf-8',
        ]);
        const files = filesOf(await response.text(), response.url);
        expect(files.length).toBeGreaterThan(2);
        for (const file of files) expect([file, (await fetch(file)).status]).toEqual([file, 200]);
      },
    );

    it('finds its files behind a proxy that strips a part of the path', async () => {
      const html = await (await fetch(page)).text();
      const outside = 'https://shop.example.com/office/hooks/portal';
      for (const file of filesOf(html, outside)) {
        const inside = file.replace(
          'https://shop.example.com/office/hooks',
          page.slice(0, -'/portal'.length),
        );
        expect([inside, (await fetch(inside)).status]).toEqual([inside, 200]);
      }
    });

    it('responds with 404 to every other path below it', async () => {
      for (const path of ['/other', '/portal/', '/assets/', '/assets/portal/', '/index.html'])
        expect([path, (await fetch(page + path)).status]).toEqual([path, 404]);
    });
  });

  it('replaces the Content-Security-Policy of the host for its page, and names the origins that may embed it', async () => {
    const elsewhere = (await fetch(`${plain.url}/tenants/shop/quotas`)).headers;
    expect(elsewhere.get('x-frame-options')).toBe('SAMEORIGIN');
    const { headers } = await fetch(`${plain.url}/portal`);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    expect(policy).toContain("frame-ancestors 'self' https://office.example.com");
    expect(policy).not.toMatch(/unsafe|default-src 'self'/);
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it('keeps frames to the same origin by default', async () => {
    const host = await start({ portal: true });
    const { headers } = await fetch(`${host.url}/portal`);
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'self'$/);
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
  });

  describe('a file of it', () => {
    let file: string;
    beforeAll(async () => {
      const html = await (await fetch(`${plain.url}/portal`)).text();
      file = filesOf(html, `${plain.url}/portal`).find((url) => url.endsWith('.js'))!;
    });

    /** `fetch` decompresses; what was sent is in the headers. */
    const load = async (encoding: string, method = 'GET') => {
      const response = await fetch(file, { method, headers: { 'accept-encoding': encoding } });
      return { response, body: Buffer.from(await response.arrayBuffer()) };
    };

    it('is compressed for clients that take gzip, and for no others', async () => {
      const [compressed, identity] = [await load('br, gzip'), await load('identity')];
      expect(compressed.response.headers.get('content-encoding')).toBe('gzip');
      expect(identity.response.headers.get('content-encoding')).toBeNull();
      expect((await load('gzip;q=0')).response.headers.get('content-encoding')).toBeNull();
      expect(compressed.body.equals(identity.body)).toBe(true);
      expect(() => gunzipSync(identity.body)).toThrow();
      expect(Number(identity.response.headers.get('content-length'))).toBe(identity.body.length);
    });

    it('may be cached for ever, and loaded by pages of other origins', async () => {
      const { headers } = (await load('gzip')).response;
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        vary: 'accept-encoding',
      });
    });

    it('can be asked for by HEAD', async () => {
      const { response, body } = await load('gzip', 'HEAD');
      expect([response.status, body.length]).toEqual([200, 0]);
      expect(response.headers.get('cache-control')).toContain('immutable');
    });

    it.each([
      'none.js',
      '__proto__',
      'constructor',
      'toString',
      '..%2Fsession',
      '%00',
      '..%5c..%5cpackage.json',
    ])('does not exist by the name %s', async (name) => {
      const response = await fetch(`${plain.url}/portal/assets/${name}`);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control') ?? '').not.toContain('immutable');
    });
  });

  it('offers the custom element under a name without a hash, which is always revalidated', async () => {
    const response = await fetch(`${plain.url}/portal/element.js`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    const [, target] = /from '(\.\/[^']+)'/.exec(await response.text())!;
    expect((await fetch(new URL(target!, response.url))).status).toBe(200);
  });

  it('is not mounted unless it is switched on, nor is it in the OpenAPI document', async () => {
    const tagsOf = ({ app }: TestHost): string[] =>
      describeWebhooks(SwaggerModule.createDocument(app, new DocumentBuilder().build())).tags!.map(
        ({ name }) => name,
      );
    const without = await start({});
    for (const path of ['/portal', '/portal/', '/portal/element.js', '/tenants/shop/portallinks'])
      expect([
        path,
        (await fetch(`${without.url}${path}`, { headers: { authorization: 'Bearer shop:admin' } })).status,
      ]).toEqual([path, 404]);
    expect((await fetch(`${without.url}/portal/session`, { method: 'POST' })).status).toBe(404);
    expect(tagsOf(without)).not.toContain('Webhook portal');
    expect(tagsOf(plain)).toContain('Webhook portal');
  });

  it('responds with 405 to a method that its API does not support', async () => {
    const { status, headers } = await plain.api('shop').put('/portallinks', {});
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});
