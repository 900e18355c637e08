import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { goTo, PortalScene } from './support/portal-scene.js';
import { RARE_ACTION, seedScale } from './support/seed-scale.js';
import type { WatchedPage } from './support/browser.js';

/** `SCALE=full`: the promised size and times, for a machine that does nothing else. */
const isFull = process.env['SCALE'] === 'full';
const SIZE = isFull ? { endpoints: 10_000, deliveries: 1_000_000 } : { endpoints: 1_000, deliveries: 40_000 };
const ROWS = isFull ? 2_000 : 400;
/** In CI the browser, the host and other tests share two cores. */
const onThisMachine = (promisedMs: number): number => (isFull ? promisedMs : promisedMs * 3);
const FIRST_PAGE_MS = onThisMachine(1_000);
const FRAME_MS = onThisMachine(100);
const RESPONSE_MS = onThisMachine(500);
/** Elements of a page, however long its list is. */
const MOST_ELEMENTS = 1_500;
const ROW_PX = 45;

let scene: PortalScene;
let watched: WatchedPage;
beforeAll(async () => {
  scene = await PortalScene.start('express', { portal: true, worker: false });
  await seedScale(scene.host, 'large', SIZE);
  watched = await scene.open('large');
}, 300_000);
afterAll(() => scene?.close());

/** Loads the present page anew. @returns ms from the navigation until its rows are there */
async function firstPageMs(page: Page): Promise<number> {
  await page.reload();
  await page.getByRole('row').nth(10).waitFor();
  return page.evaluate(() => performance.now());
}

/** Scrolls down frame by frame, as fast as the list is loaded. @returns durations of the frames in ms */
const scrolled = (page: Page, px: number): Promise<number[]> =>
  page.evaluate(
    (distance) =>
      new Promise<number[]>((resolve) => {
        const frames: number[] = [];
        let last = performance.now();
        const step = (now: number): void => {
          frames.push(now - last);
          last = now;
          if (window.scrollY >= distance) resolve(frames);
          else {
            window.scrollBy(0, 400);
            requestAnimationFrame(step);
          }
        };
        requestAnimationFrame(step);
      }),
    px,
  );

const elementsOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.getElementsByTagName('*').length);

/** Waits until each row contains a text. @returns ms since the change that was made */
async function untilEachRowHas(page: Page, text: string, change: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await change();
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll('tbody tr:not(.table-space)')];
    return rows.length > 0 && rows.every(({ textContent }) => textContent.includes(wanted));
  }, text);
  return performance.now() - startedAt;
}

describe(`a tenant with ${SIZE.endpoints} endpoints and ${SIZE.deliveries} deliveries`, () => {
  it.each(['Endpoints', 'Deliveries', 'Events'])(
    'sees its %s at once',
    async (name) => {
      const { page } = watched;
      await goTo(page, name);
      expect(await firstPageMs(page)).toBeLessThan(FIRST_PAGE_MS);
      expect(await page.getByRole('option').count()).toBeLessThan(20);
    },
    60_000,
  );

  it.each(['Endpoints', 'Deliveries'])(
    'scrolls its %s without a stop',
    async (name) => {
      const { page, requests } = watched;
      await goTo(page, name);
      await page.getByRole('row').nth(10).waitFor();
      const before = requests.length;
      const frames = await scrolled(page, ROWS * ROW_PX);
      expect(Math.max(...frames)).toBeLessThan(FRAME_MS);
      expect(await elementsOf(page)).toBeLessThan(MOST_ELEMENTS);
      // Rows that are visible only for a moment are not requested.
      expect(requests.length - before).toBeLessThan(ROWS / 4);
    },
    120_000,
  );

  it('finds an endpoint by its name', async () => {
    const { page } = watched;
    await goTo(page, 'Endpoints');
    await page.getByRole('row').nth(10).waitFor();
    const name = `Endpoint ${SIZE.endpoints - 1}`;
    const ms = await untilEachRowHas(page, name, () => page.getByRole('searchbox').fill(name));
    expect(ms).toBeLessThan(RESPONSE_MS);
  }, 60_000);

  it('filters its deliveries', async () => {
    const { page, problems } = watched;
    await goTo(page, 'Deliveries');
    await page.getByRole('row').nth(10).waitFor();
    const field = (label: string) => page.getByRole('search').getByLabel(label, { exact: true });
    const times = {
      status: await untilEachRowHas(page, 'Failed', () => field('Status').selectOption('Failed')),
      endpoint: await untilEachRowHas(page, 'Endpoint 77', async () => {
        await field('Status').selectOption('Any status');
        await field('Endpoint').fill('endpoint-77');
      }),
      event: await untilEachRowHas(page, RARE_ACTION, async () => {
        await field('Endpoint').fill('');
        await field('Event').fill('event-1');
      }),
      time: await untilEachRowHas(page, 'ORDER_SETTLED', async () => {
        await field('Event').fill('');
        await field('To').fill(localTime(Date.now() - 12 * 3_600_000));
      }),
    };
    for (const [filter, ms] of Object.entries(times))
      expect({ filter, isFast: ms < RESPONSE_MS, ms }).toEqual({ filter, isFast: true, ms });
    expect(problems).toEqual([]);
  }, 60_000);

  it('learns that none of its newest deliveries has a rare event type, and can search older ones', async () => {
    const { page, requests } = watched;
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('search').getByLabel('Event type').fill(RARE_ACTION);
    await page.getByText('None of the newest deliveries match.').waitFor();
    expect(await page.getByText('No deliveries match.').count()).toBe(0);
    const searches = () =>
      requests.filter((url) => url.includes(`action=${RARE_ACTION}&`) && url.includes('cursor='));
    await page.getByRole('button', { name: 'Load more' }).click();
    await eventually(() => searches().length === 1);
  }, 60_000);
});

/** A date and time as the value of a field, in the time zone of the pages. */
const localTime = (at: number): string =>
  new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/Oslo' }).replace(' ', 'T').slice(0, 16);
