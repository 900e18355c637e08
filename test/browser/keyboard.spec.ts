import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('express', OFFICE);
}, 60_000);
afterAll(() => scene?.close());

/** Presses Tab until the control with this name has the focus, and checks that its outline is visible. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLElement> };
      const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText;
      return { label: label.trim(), outline: getComputedStyle(element).outlineStyle };
    });
    if (focused.label !== name) continue;
    expect(focused.outline).not.toBe('none');
    return;
  }
  throw new Error(`The control "${name}" was not reached with the key Tab.`);
}

it('creates an endpoint, tests it and sends a delivery again without a mouse', async () => {
  const { page, problems } = await scene.open('keyboard');
  await tabTo(page, 'Endpoints');
  await page.keyboard.press('Enter');
  await page.getByText('There are no endpoints yet.').waitFor();
  await tabTo(page, 'Add endpoint');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Add endpoint' }).waitFor();
  await tabTo(page, 'URL');
  await page.keyboard.type(scene.receiver.url);
  await tabTo(page, 'Name');
  await page.keyboard.type('Till');
  await page.keyboard.press('Enter');
  await page.getByText('Event types to send').waitFor();
  await tabTo(page, 'Everything');
  await page.keyboard.press('Space');
  await tabTo(page, 'Create endpoint');
  await page.keyboard.press('Enter');
  await page.getByText('The endpoint Till was created.').waitFor();
  await tabTo(page, 'Send test');
  await page.keyboard.press('Enter');
  await page.getByText(/\w+: the receiver accepted it\./).waitFor();

  await scene.host.emitter.emit('ORDER_SETTLED', { order: { Id: 1, Uid: '700' } }, { tenantUid: 'keyboard' });
  await page.goto(`${page.url().split('#')[0]}#/keyboard/deliveries`);
  await page.getByRole('link', { name: 'ORDER_SETTLED' }).waitFor();
  await tabTo(page, 'ORDER_SETTLED');
  await page.keyboard.press('Enter');
  await page.getByText('Attempt 1 · 204').waitFor();
  await tabTo(page, 'Send again');
  await page.keyboard.press('Enter');
  await page.getByText('Attempt 2 · 204').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toBe('ORDER_SETTLED');
  expect(problems).toEqual([]);
}, 60_000);

it('stops and resumes all deliveries without a mouse', async () => {
  const { page, problems } = await openConsole(scene);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await tabTo(page, 'Global stop');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Global stop' }).waitFor();
  await tabTo(page, 'Type “stop” to confirm');
  await page.keyboard.type('stop');
  await tabTo(page, 'Stop all deliveries');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'All deliveries are stopped' }).waitFor();
  await tabTo(page, 'Type “resume” to confirm');
  await page.keyboard.type('resume');
  await tabTo(page, 'Resume all deliveries');
  await page.keyboard.press('Space');
  await page.getByText('Deliveries are not stopped.').waitFor();
  expect(problems).toEqual([]);
}, 60_000);
