import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { watchedPage } from './support/browser.js';
import { OuterPage } from './support/outer-page.js';
import { PortalScene } from './support/portal-scene.js';

let allowed: OuterPage;
let other: OuterPage;
let scene: PortalScene;
beforeAll(async () => {
  [allowed, other] = await Promise.all([OuterPage.start(), OuterPage.start()]);
  scene = await PortalScene.start('express', { portal: { frameAncestors: [allowed.origin] } });
}, 60_000);
afterAll(async () => {
  await scene?.close();
  await allowed?.close();
  await other?.close();
});

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
