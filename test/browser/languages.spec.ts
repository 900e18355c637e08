import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { goTo, PortalScene } from './support/portal-scene.js';

/** Words that only English texts contain. */
const ENGLISH = /\b(the|and|of|is|are|endpoint|delivery|deliveries|status|all)\b/;

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('fastify', OFFICE);
  const api = scene.host.api('butikk');
  await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
}, 60_000);
afterAll(() => scene?.close());

describe('in Norwegian', () => {
  it('leaves no English text, and shows UTC with each local time', async () => {
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
