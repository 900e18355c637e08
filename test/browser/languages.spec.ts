import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { overflowOf } from './support/layout.js';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { goTo, PortalScene } from './support/portal-scene.js';

/** Words that only English texts contain. */
const ENGLISH = /\b(the|and|of|is|are|endpoint|delivery|deliveries|status|all)\b/;

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('fastify', OFFICE);
  for (const tenantUid of ['butikk', 'mirrored']) {
    const api = scene.host.api(tenantUid);
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
  }
  await scene.host.emitter.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: 'mirrored' });
  await scene.receiver.waitFor(1);
}, 60_000);
afterAll(() => scene?.close());

describe('in Norwegian', () => {
  it('leaves no English text on five pages, and shows UTC with each local time of the activity', async () => {
    const { page, problems } = await scene.open('butikk', {
      language: 'nb-NO',
      timeZone: 'America/New_York',
    });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('nb');
    for (const name of ['Oversikt', 'Endepunkter', 'Leveringer', 'Hendelser', 'Aktivitet']) {
      await goTo(page, name);
      await page.waitForLoadState('networkidle');
      const text = await page.getByRole('main').innerText();
      expect(text).not.toMatch(ENGLISH);
    }
    await page.getByRole('main').locator('time').first().waitFor();
    const titles = await page
      .locator('time')
      .evaluateAll((times) => times.map((time) => time.getAttribute('title')));
    expect(titles.length).toBeGreaterThan(0);
    for (const title of titles) expect(title).toContain('UTC');
    expect(problems).toEqual([]);
  }, 60_000);

  it('leaves no English text on the operator console', async () => {
    const { page, problems } = await openConsole(scene, '', { language: 'nb-NO' });
    for (const name of ['Oversikt', 'Endepunkter', 'Kunder', 'Køer', 'Nødstopp', 'Revisjonslogg']) {
      await goTo(page, name);
      await page.waitForLoadState('networkidle');
      expect(await page.getByRole('main').innerText()).not.toMatch(ENGLISH);
    }
    await goTo(page, 'Nødstopp');
    await page.getByLabel('Skriv «stopp» for å bekrefte').fill('stopp');
    await page.getByRole('button', { name: 'Stopp alle leveringer' }).click();
    await page.getByLabel('Skriv «gjenoppta» for å bekrefte').fill('gjenoppta');
    expect(await page.getByRole('main').innerText()).not.toMatch(ENGLISH);
    await page.getByRole('button', { name: 'Gjenoppta alle leveringer' }).click();
    await page.getByText('Leveringene er ikke stoppet.').waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('from right to left', () => {
  it.each([360, 1280])(
    'is mirrored at %i px, without sideways scroll, and shows UTC with a local time',
    async (width) => {
      const { page, problems, context } = await scene.open('mirrored', { width, timeZone: 'Asia/Riyadh' });
      // The page does the same for a language that is written from right to left.
      await page.evaluate(() => {
        document.documentElement.dir = 'rtl';
      });
      const left = (selector: string): Promise<number> =>
        page
          .locator(selector)
          .first()
          .evaluate((element) => element.getBoundingClientRect().left);
      const right = (selector: string): Promise<number> =>
        page
          .locator(selector)
          .first()
          .evaluate((element) => innerWidth - element.getBoundingClientRect().right);
      for (const name of [
        'Overview',
        'Endpoints',
        'Events',
        'Event types',
        'Recoveries',
        'Activity',
        'Deliveries',
      ]) {
        await goTo(page, name);
        expect({ name, overflow: await overflowOf(page) }).toEqual({ name, overflow: 0 });
        if (width > 720) expect(await left('nav')).toBeGreaterThan(await left('main'));
        expect(await right('h1')).toBeLessThanOrEqual(await left('h1'));
      }
      const time = page.getByRole('main').locator('time').first();
      await time.hover();
      expect(await time.getAttribute('title')).toMatch(/UTC$/);
      await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
      await page.getByText('Attempt 1 · 204').waitFor();
      expect(await left('dialog')).toBe(0);
      await page.getByRole('tab', { name: 'Request' }).press('ArrowLeft');
      expect(await page.getByRole('tab', { name: 'Response' }).getAttribute('aria-selected')).toBe('true');
      expect({ overflow: await overflowOf(page) }).toEqual({ overflow: 0 });
      expect(problems).toEqual([]);
      await context.close();
    },
    60_000,
  );
});
