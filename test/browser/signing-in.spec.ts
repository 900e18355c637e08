import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessDecision, WebhooksAccessPolicy } from 'nestjs-tillhook';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { watchedPage } from './support/browser.js';
import { goTo, PortalScene } from './support/portal-scene.js';

/** Headers of helmet, and a policy as strict as a host can set for all of its pages. */
const strict = (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
  response.setHeader('content-security-policy', "default-src 'self'; style-src 'self'");
  response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  next();
};

class CookiePolicy implements WebhooksAccessPolicy {
  check(request: unknown): AccessDecision {
    const { cookie, authorization } = (request as IncomingMessage).headers;
    return cookie === 'sid=admin' || authorization !== undefined ? 'granted' : 'unauthenticated';
  }
}

describe.each(['express', 'fastify'] as const)(
  'signing in on %s, under the headers of a strict host',
  (platform) => {
    let scene: PortalScene;
    beforeAll(async () => {
      scene = await PortalScene.start(
        platform,
        { portal: { cookieSession: true }, accessPolicy: CookiePolicy, path: 'hooks' },
        { configure: (app) => app.setGlobalPrefix('api').use(strict), mount: '/api/hooks' },
      );
    }, 60_000);
    afterAll(() => scene?.close());

    it('by a link leaves no secret in the address bar, in URLs of requests, or in permanent storage', async () => {
      const link = await scene.linkOf('shop');
      const [, secret] = /#link=[^.]+\.(.+)$/.exec(link)!;
      const { page, context, problems, requests } = await watchedPage(scene.browser, scene.host.url);
      await page.goto(link);
      await page.getByRole('navigation').waitFor();
      await goTo(page, 'Endpoints');
      await page.reload();
      await page.getByText('There are no endpoints yet.').waitFor();
      const state = await page.evaluate(() => ({
        url: window.location.href,
        kept: Object.values(sessionStorage).join(),
        permanent: Object.values(localStorage).join() + document.cookie,
      }));
      const { token } = JSON.parse(state.kept) as { token: string };
      expect(state.url).toMatch(/\/api\/hooks\/portal\/?#\/shop\/endpoints$/);
      expect(state.permanent).toBe('');
      expect(requests.length).toBeGreaterThan(5);
      for (const url of requests) {
        // The browser reports the URL that was opened with its fragment, and does not send it.
        const sent = url.split('#', 1)[0];
        expect(sent).not.toContain(secret);
        expect(sent).not.toContain(token);
      }
      expect(problems).toEqual([]);

      const again = await context.newPage();
      await again.goto(link);
      await again.getByText('This link does not work any more').waitFor();
      expect(again.url()).not.toContain(secret);
      await context.close();
    }, 60_000);

    it('by cookies of the host works for its own page, and for no request without the header', async () => {
      const { page, context, problems } = await watchedPage(scene.browser, scene.host.url);
      await context.addCookies([{ name: 'sid', value: 'admin', url: scene.host.url }]);
      await page.goto(`${scene.url}/portal#/shop/endpoints`);
      await page.getByRole('button', { name: 'Add endpoint' }).waitFor();
      const statuses = await page.evaluate(async () => {
        const create = (headers: object) =>
          fetch(new URL('../tenants/shop/httptransports', document.baseURI), {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: JSON.stringify({ name: 'ERP', url: 'https://erp.example.com' }),
          }).then(({ status }) => status);
        return [await create({}), await create({ 'x-tillhook-portal': 'session' })];
      });
      expect(statuses).toEqual([403, 200]);
      await page.reload();
      await page.getByRole('link', { name: 'ERP' }).waitFor();
      expect(problems).toEqual([]);
      await context.close();
    }, 60_000);

    it('is asked for if there is nothing to sign in with', async () => {
      const { page, context, problems } = await watchedPage(scene.browser, scene.host.url);
      await page.goto(`${scene.url}/portal/`);
      await page.getByText('You are not signed in.').waitFor();
      expect(problems).toEqual([]);
      await context.close();
    }, 60_000);

    it('by a read-only link shows no control that changes something', async () => {
      const { page, context, problems } = await scene.open('looked-at', { readOnly: true });
      await page.getByText('Read only').waitFor();
      await goTo(page, 'Endpoints');
      await page.getByText('There are no endpoints yet.').waitFor();
      expect(await page.getByRole('button', { name: 'Add endpoint' }).count()).toBe(0);
      expect(problems).toEqual([]);
      await context.close();
    }, 60_000);

    it('by a link of one tenant shows nothing of a delivery of another', async () => {
      const other = new ApiClient(scene.url, 'other');
      await other.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
      await other.post('/httptransports/erp/webhooks', { action: '*' });
      await scene.host.emitter.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: 'other' });
      const { deliveryUid } = await eventually(
        async () => (await other.get<{ items: { deliveryUid: string }[] }>('/deliveries')).body.items[0],
      );
      const { page, context } = await scene.open('shop');
      await page.goto(`${scene.url}/portal#/other/deliveries/${deliveryUid}`);
      await page.reload();
      await page.getByRole('dialog').getByText('Not found.').waitFor();
      expect(await page.getByText('ORDER_SETTLED', { exact: true }).count()).toBe(0);
      await context.close();
    }, 60_000);
  },
);
