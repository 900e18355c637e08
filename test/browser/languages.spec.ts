import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goTo, PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('fastify');
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
      expect(text).not.toMatch(/\b(the|and|of|is|are|endpoint|delivery|deliveries|status|all)\b/);
    }
    await page.getByRole('main').locator('time').first().waitFor();
    const titles = await page
      .locator('time')
      .evaluateAll((times) => times.map((time) => time.getAttribute('title')));
    expect(titles.length).toBeGreaterThan(0);
    for (const title of titles) expect(title).toContain('UTC');
    expect(problems).toEqual([]);
  }, 60_000);
});
