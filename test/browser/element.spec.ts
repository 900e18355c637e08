import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessDecision, WebhooksAccessPolicy } from 'nestjs-tillhook';
import { watchedPage, type WatchedPage } from './support/browser.js';
import { OuterPage } from './support/outer-page.js';
import { PortalScene } from './support/portal-scene.js';

/** The token that the host accepts now. */
let accepted = 'first';
class RenewedTokenPolicy implements WebhooksAccessPolicy {
  check(request: unknown): AccessDecision {
    const { authorization } = (request as IncomingMessage).headers;
    if (authorization === 'Bearer shop:admin' || authorization === `Bearer ${accepted}`) return 'granted';
    return 'unauthenticated';
  }
}

/** The page of a back office with the element. `window.tokens` are those that it returns, one after the other. */
const officeOf = (
  element: string,
  attributes = '',
): string => `<!doctype html><html lang="en"><title>Office</title>
<webhooks-portal tenant="shop" ${attributes}></webhooks-portal>
<script>
  window.asked = [];
  window.tokens = ['first'];
  document.querySelector('webhooks-portal').getToken = async (options) => {
    window.asked.push(options.renew);
    return window.tokens.length > 1 && options.renew ? window.tokens.pop() : window.tokens[0];
  };
</script>
<script type="module" src="${element}"></script></html>`;

interface Office extends Window {
  asked: boolean[];
  tokens: string[];
}

let scene: PortalScene;
let outer: OuterPage;
beforeAll(async () => {
  outer = await OuterPage.start();
  scene = await PortalScene.start(
    'express',
    { portal: true, accessPolicy: RenewedTokenPolicy },
    {
      configure: (app) => {
        // Scripts of another origin read the API only if the host allows it.
        app.enableCors({ origin: outer.origin });
        app.use('/office', (_request: IncomingMessage, response: ServerResponse) => {
          response
            .setHeader('content-type', 'text/html')
            .end(officeOf('/portal/element.js', 'theme="dark" language="nb" hide="events activity"'));
        });
      },
    },
  );
}, 60_000);
afterAll(async () => {
  await scene?.close();
  await outer?.close();
});
beforeEach(() => {
  accepted = 'first';
});

const open = async (url: string): Promise<WatchedPage> => {
  const watched = await watchedPage(scene.browser, scene.host.url, { otherOrigins: [outer.origin] });
  await watched.page.goto(url);
  await watched.page.locator('webhooks-portal nav').waitFor();
  return watched;
};

describe('the custom element', () => {
  it('shows the portal in a page of the same origin, in its theme and language, without hidden parts', async () => {
    const { page, problems, context } = await open(`${scene.host.url}/office`);
    const links = await page.locator('webhooks-portal nav a').allInnerTexts();
    expect(links).toContain('Endepunkter');
    expect(links).toHaveLength(5);
    const look = () =>
      page.evaluate(() => getComputedStyle(document.querySelector('webhooks-portal')!).colorScheme);
    expect(await look()).toBe('dark');
    await page.evaluate(() => document.querySelector('webhooks-portal')!.setAttribute('theme', 'light'));
    expect(await look()).toBe('light');
    expect(page.url()).toBe(`${scene.host.url}/office`);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('works in a page of another origin that the host allows, and asks for a new token while a text is typed', async () => {
    outer.html = officeOf(`${scene.host.url}/portal/element.js`);
    const { page, problems, context } = await open(outer.origin);
    await page.getByRole('link', { name: 'Endpoints', exact: true }).click();
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await page.getByLabel('URL').fill(scene.receiver.url);
    await page.getByLabel('Name').fill('Typed before');
    accepted = 'second';
    await page.evaluate(() => (window as unknown as Office).tokens.push('second'));
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('All ORDER_*, also those that are added later').check();
    expect(await page.evaluate(() => (window as unknown as Office).asked)).toEqual([false, true]);
    await page.getByRole('button', { name: 'Back' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('Typed before');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByText('The endpoint Typed before was created.').waitFor();
    expect(await page.evaluate(() => (window as unknown as Office).asked)).toEqual([false, true]);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('keeps its place when the page sets getToken anew, and starts anew for another tenant', async () => {
    const { page, context } = await open(`${scene.host.url}/office`);
    await page.getByRole('link', { name: 'Endepunkter', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Endepunkter' }).waitFor();
    await page.evaluate(() => {
      const element = document.querySelector('webhooks-portal') as HTMLElement & { getToken: unknown };
      element.getToken = () => 'first';
    });
    await page.getByRole('heading', { level: 1, name: 'Endepunkter' }).waitFor();
    await page.evaluate(() => document.querySelector('webhooks-portal')!.setAttribute('tenant', 'other'));
    await page.locator('webhooks-portal').getByText('other', { exact: true }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Oversikt' }).waitFor();
    await context.close();
  }, 60_000);
});
