import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { OperatorClient } from '../support/operator-client.js';
import { overflowOf } from './support/layout.js';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { goTo, PortalScene } from './support/portal-scene.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGES = ['Overview', 'Endpoints', 'Deliveries', 'Events', 'Event types', 'Recoveries', 'Activity'];
const CONSOLE_PAGES = ['Overview', 'Endpoints', 'Tenants', 'Queues', 'Global stop', 'Audit'];

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('express', OFFICE);
  scene.receiver.respond({ status: 500 });
  const api = scene.host.api('shop');
  await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
  await api.post('/httptransports/erp/webhooks', { action: '*' });
  await api.post('/httptransports', { httpTransportUid: 'old', name: 'Old till', url: scene.receiver.url });
  await api.post('/httptransports/old/disable', { reason: 'GONE' });
  await scene.host.emitter.emit('ORDER_SETTLED', { order: { Id: 1, Uid: '700' } }, { tenantUid: 'shop' });
  await eventually(() => scene.receiver.requests.length > 0);
}, 60_000);
afterAll(() => scene?.close());

/** Rules of WCAG 2.2 AA that a page breaks. The script is evaluated by the browser's tools, which the page's CSP does not stop. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const result = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

describe.each([
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 360 },
  { theme: 'dark', width: 360 },
] as const)('the portal in $theme at $width px', ({ theme, width }) => {
  it('breaks no rule of WCAG 2.2 AA, and never scrolls sideways', async () => {
    const { page, problems, context } = await scene.open('shop', { theme, width });
    for (const name of PAGES) {
      await goTo(page, name);
      await page.waitForLoadState('networkidle');
      expect({ name, violations: await violations(page) }).toEqual({ name, violations: [] });
      expect({ name, overflow: await overflowOf(page) }).toEqual({ name, overflow: 0 });
    }
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'All endpoints' }).click();
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await page.getByLabel('URL').fill('https://erp.example.com');
    await page.getByLabel('Name').fill('Accounting');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('group', { name: 'About your endpoints' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).first().click();
    await page.getByRole('dialog').getByText('Attempt 1').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  }, 90_000);
});

describe.each([
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 360 },
] as const)('the operator console in $theme at $width px', ({ theme, width }) => {
  it('breaks no rule of WCAG 2.2 AA, and never scrolls sideways, also while everything is stopped', async () => {
    const operations = new OperatorClient(scene.url);
    await operations.post('/stop', { reason: 'An incident' });
    const { page, problems, context } = await openConsole(scene, '', { theme, width });
    await page.getByText('Reason: An incident').waitFor();
    for (const name of CONSOLE_PAGES) {
      await goTo(page, name);
      await page.waitForLoadState('networkidle');
      expect({ name, violations: await violations(page) }).toEqual({ name, violations: [] });
      expect({ name, overflow: await overflowOf(page) }).toEqual({ name, overflow: 0 });
    }
    await operations.post('/resume');
    await page.reload();
    await goTo(page, 'Global stop');
    await page.getByText('Deliveries are not stopped.').waitFor();
    await page.getByRole('button', { name: 'Stop all deliveries' }).click();
    await page.getByText('Nothing has been done.').waitFor();
    expect(await violations(page)).toEqual([]);
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByLabel('Reason').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  }, 90_000);
});
