import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import type { TestHostOptions } from '../support/test-host.js';
import { startBlockingBrowser, watchedPage } from './support/browser.js';
import { OuterPage } from './support/outer-page.js';
import { PortalScene } from './support/portal-scene.js';

let allowed: OuterPage;
let other: OuterPage;
let scene: PortalScene;
beforeAll(async () => {
  [allowed, other] = await Promise.all([OuterPage.start(), OuterPage.start()]);
  const frameAncestors = [allowed.origin, allowed.origin.replace('127.0.0.1', 'localhost')];
  scene = await PortalScene.start('express', { portal: { frameAncestors } }, { configure: setsCookie });
}, 60_000);
afterAll(async () => {
  await scene?.close();
  await allowed?.close();
  await other?.close();
});

/** A page of the host that asks the browser to keep a cookie for it, also in frames of other sites. */
const setsCookie: NonNullable<TestHostOptions['configure']> = (app) => {
  app.use('/cookie', (_request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('set-cookie', 'third=party; SameSite=None; Secure').end('answered');
  });
};

/** Opens a page that shows the portal in a frame. */
async function framed(
  outer: OuterPage,
): Promise<{ page: Page; problems: string[]; close: () => Promise<void> }> {
  outer.html = `<!doctype html><iframe src="${await scene.linkOf('shop')}" allow="clipboard-write" width="900" height="700"></iframe>`;
  const { page, problems, context } = await watchedPage(scene.browser, scene.host.url, {
    otherOrigins: [outer.origin],
  });
  await page.goto(outer.origin);
  return { page, problems, close: () => context.close() };
}

it('shows the portal in a frame of an allowed origin, without any cookie', async () => {
  const { page, close } = await framed(allowed);
  await page.frameLocator('iframe').getByRole('navigation').waitFor();
  expect(await page.context().cookies()).toEqual([]);
  await close();
}, 60_000);

it('refuses to be shown in a frame of another origin', async () => {
  const { page, problems, close } = await framed(other);
  await eventually(() => problems.some((problem) => problem.includes('frame-ancestors')));
  expect(
    page
      .frames()
      .map((frame) => frame.url())
      .filter((url) => url.startsWith(scene.host.url)),
  ).toEqual([]);
  await close();
}, 60_000);

it('works in a frame of another site, also if the browser blocks third-party cookies or all stored data', async () => {
  for (const blocked of ['third-party cookies', 'all stored data'] as const) {
    const { context, close } = await startBlockingBrowser(blocked);
    // `localhost` and `127.0.0.1` are different sites.
    const outer = allowed.origin.replace('127.0.0.1', 'localhost');
    const cookie = `${scene.host.url}/cookie`;
    const page = await context.newPage();
    allowed.html = `<!doctype html><iframe name="cookie" src="${cookie}"></iframe>
      <iframe name="portal" src="${await scene.linkOf('shop')}" width="900" height="700"></iframe>`;
    await page.goto(outer);
    const portal = page.frameLocator('[name=portal]');
    await portal.getByRole('link', { name: 'Endpoints', exact: true }).click();
    await portal.getByText('There are no endpoints yet.').waitFor();
    // The other frame shows that the browser keeps nothing for a third party.
    expect(await page.frame('cookie')!.evaluate(() => document.body.innerText)).toBe('answered');
    expect(await context.cookies()).toEqual([]);
    await close();
  }
}, 60_000);
