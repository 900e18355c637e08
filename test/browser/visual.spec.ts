import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { watchedPage, type WatchedPage } from './support/browser.js';
import { Baselines } from './support/baselines.js';
import { Images, MOST_DIFFERENT } from './support/images.js';
import { layoutOf, overflowOf } from './support/layout.js';
import { PortalScene } from './support/portal-scene.js';
import { seedShop, SHOP } from './support/seed-shop.js';
import { setFonts, settle } from './support/settled.js';
import { NOW } from './support/shop-data.js';
import { signIn, VIEWS } from './support/views.js';

/** Folder for the images of the documentation; undefined: none are made. */
const SCREENSHOTS = process.env['SCREENSHOTS'];
const THEMES = ['light', 'dark'] as const;
const WIDTHS = [360, 1280] as const;

let scene: PortalScene;
let images: Images;
let baselines: Baselines;
beforeAll(async () => {
  scene = await PortalScene.start('express', { portal: true, worker: false });
  await seedShop(scene.host);
  images = new Images();
  baselines = new Baselines(scene.browser.version(), images);
  if (!baselines.comparesPixels)
    console.warn(
      `Another version of Chromium drew the baselines: only the layout is compared. UPDATE_SNAPSHOTS=1 renews them.`,
    );
}, 60_000);
afterAll(async () => {
  baselines?.save();
  await images?.close();
  await scene?.close();
});

/** Draws a page in a theme. */
async function drawn(page: Page, theme: (typeof THEMES)[number]): Promise<Buffer> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await settle(page);
  return page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
}

describe.each(WIDTHS)('at %i px, in both themes,', (width) => {
  let watched: WatchedPage;
  beforeAll(async () => {
    watched = await watchedPage(scene.browser, scene.host.url, { width });
    await watched.page.clock.setFixedTime(NOW);
    await signIn(watched.page, scene, SHOP);
    // Otherwise the image of the activity would depend on the time of day.
    await scene.host.dataSource.query(
      `UPDATE webhook_audit SET created_at = ${NOW} WHERE kind = 'PORTAL_LINK_CREATED'`,
    );
  }, 60_000);
  afterAll(() => watched?.context.close());

  it.each(VIEWS)(
    '$name looks as it did, and never scrolls sideways',
    async (view) => {
      const { page, problems } = watched;
      await view.open(page, scene);
      await setFonts(page);
      await page.mouse.move(0, 0);
      const differences: string[] = [];
      for (const theme of THEMES) {
        const screenshot = await drawn(page, theme);
        const name = `${view.name}-${theme}-${width}`;
        differences.push(...(await baselines.check(name, screenshot, await layoutOf(page))));
        const overflow = await overflowOf(page);
        if (overflow > 0) differences.push(`${name} is ${overflow} px wider than the window`);
        if (SCREENSHOTS && view.image && width === 1280)
          await writeImage(path.join(SCREENSHOTS, `${view.image}-${theme}.png`), screenshot);
      }
      expect(differences).toEqual([]);
      expect(problems).toEqual([]);
    },
    90_000,
  );
});

it('notices the colour of a button, and a padding of a few pixels', async () => {
  const { page, context } = await watchedPage(scene.browser, scene.host.url);
  await page.clock.setFixedTime(NOW);
  await signIn(page, scene, SHOP);
  await VIEWS.find(({ name }) => name === 'endpoints')!.open(page, scene);
  await setFonts(page);
  const before = await images.reduce(await drawn(page, 'light'));
  const changed = async (selector: string, property: string, value: string): Promise<number> => {
    const set = (text: string) =>
      page.evaluate(
        ([where, name, style]) => document.querySelector<HTMLElement>(where)!.style.setProperty(name, style),
        [selector, property, text] as const,
      );
    await set(value);
    const { share } = await images.compare(before, await drawn(page, 'light'));
    await set('');
    return share;
  };
  expect(await changed('.button-primary', 'background', '#7c3aed')).toBeGreaterThan(MOST_DIFFERENT);
  expect(await changed('.page-header', 'padding-bottom', '6px')).toBeGreaterThan(MOST_DIFFERENT);
  expect(await changed('.button-primary', 'opacity', '1')).toBe(0);
  await context.close();
}, 120_000);

async function writeImage(file: string, screenshot: Buffer): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, await images.shrink(screenshot));
}
