import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { NOTIFICATION_ACTIONS } from '../../lib/domain/notification-actions.js';
import { posCatalog } from '../../lib/pos/pos-catalog.js';
import { eventually } from '../support/eventually.js';
import { goTo, PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start();
}, 60_000);
afterAll(() => scene?.close());

const withEndpoint = async (tenantUid: string, settings: object = {}): Promise<void> => {
  const api = scene.host.api(tenantUid);
  await api.post('/httptransports', {
    httpTransportUid: 'erp',
    name: 'ERP',
    url: scene.receiver.url,
    ...settings,
  });
  await api.post('/httptransports/erp/webhooks', { action: 'ORDER_SETTLED' });
};

const hasFocus = (control: Locator): Promise<boolean> =>
  control.evaluate((element) => element === document.activeElement);

describe('the wizard', () => {
  it('chooses groups and single event types, keeps what was entered over a reload, and says why a URL is refused', async () => {
    const { page, problems } = await scene.open('wizard');
    await goTo(page, 'Endpoints');
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Enter a whole URL').waitFor();
    expect(await hasFocus(page.getByLabel('URL'))).toBe(true);
    await page.getByLabel('URL').fill('https://10.0.0.7/hook');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Enter a name.').waitFor();
    expect(await hasFocus(page.getByLabel('Name'))).toBe(true);
    await page.getByLabel('Name').fill('Internal');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Choose at least one event type.').waitFor();
    const group = page.getByLabel('All ORDER_*, also those that are added later');
    await page.getByRole('checkbox', { name: /^ORDER_SETTLED/ }).check();
    expect(await group.evaluate((input: HTMLInputElement) => input.indeterminate)).toBe(true);
    await page.getByText('1 event type chosen').waitFor();
    await group.check();
    expect(await page.getByRole('checkbox', { name: /^ORDER_SETTLED/ }).isChecked()).toBe(true);
    const orders = Object.keys(posCatalog).filter((action) => action.startsWith('ORDER_')).length;
    await page.getByText(`${orders} event types chosen`).waitFor();

    await page.reload();
    expect(await page.getByLabel('URL').inputValue()).toBe('https://10.0.0.7/hook');
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await group.isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page
      .getByRole('alert')
      .getByText(/refused/)
      .waitFor();

    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('There are no endpoints yet.').waitFor();
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    expect(await page.getByLabel('URL').inputValue()).toBe('');
    expect(problems).toEqual([]);
  }, 60_000);

  it('keeps its buttons in sight, and names notifications last, in the words of the portal', async () => {
    const { page, problems } = await scene.open('long-list');
    await goTo(page, 'Endpoints');
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await page.getByLabel('URL').fill(scene.receiver.url);
    await page.getByLabel('Name').fill('Accounting');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('All ORDER_*, also those that are added later').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight > innerHeight + 400)).toBe(true);
    const box = (await page.getByRole('button', { name: 'Create endpoint' }).boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual(page.viewportSize()!.height);

    const boxes = await page.getByRole('checkbox').evaluateAll((inputs) => {
      const names = inputs.map((input) => (input as HTMLInputElement).labels![0]!.innerText.split(/\s/)[0]!);
      return names.filter((name) => /_/.test(name));
    });
    const own = Object.keys(posCatalog).sort();
    const notifications = Object.keys(NOTIFICATION_ACTIONS).sort();
    expect(boxes).toEqual([...own, ...notifications]);
    const part = page.getByRole('group', { name: 'About your endpoints' });
    await part.getByText('An endpoint was disabled.').waitFor();
    expect(await part.innerText()).not.toMatch(/HTTP transport|circuit|tenant/);
    await page.getByLabel('Everything', { exact: true }).check();
    await part.getByRole('checkbox', { name: /^WEBHOOK_QUOTA_NEAR/ }).check();
    await page.getByText(`${own.length + 1} event types chosen`).waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('an endpoint', () => {
  it('shows a new secret once, and until when the previous one signs', async () => {
    await withEndpoint('rotating');
    const { page, problems } = await scene.open('rotating');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate secret' }).click();
    await page.getByText(/The previous secret signs until/).waitFor();
    expect(await page.getByText(/^whsec_/).count()).toBe(0);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Signing secret' }).waitFor();
    expect(await page.getByText(/whsec_/).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);

  it('can be renamed, and keeps a secret that is not entered again', async () => {
    await withEndpoint('changing', { securityType: 'BEARER_TOKEN', token: 'first-token' });
    const { page, problems } = await scene.open('changing');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByLabel('Name').fill('Head office');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Head office' }).waitFor();
    await page.getByRole('button', { name: 'Send test' }).click();
    await page.getByText('ORDER_SETTLED: the receiver accepted it.').waitFor();
    expect(scene.receiver.requests.at(-1)!.headers['authorization']).toBe('Bearer first-token');
    expect(problems).toEqual([]);
  }, 60_000);

  it('says which event type a test sends, before and after the test', async () => {
    await withEndpoint('testing');
    const { page, problems } = await scene.open('testing');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    const select = page.getByLabel('Event type', { exact: true });
    await select.getByRole('option', { name: 'ORDER_SETTLED (first subscribed event type)' }).waitFor({
      state: 'attached',
    });
    await select.selectOption('TILL_CLOSED');
    await page.getByRole('button', { name: 'Send test' }).click();
    await page.getByText('TILL_CLOSED: the receiver accepted it.').waitFor();
    await page.getByRole('button', { name: 'Remove ORDER_SETTLED' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove ORDER_SETTLED' }).click();
    await select.getByRole('option', { name: /first subscribed event type/ }).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  }, 60_000);

  it('switches a subscription off and on', async () => {
    await withEndpoint('switching');
    const { page, problems } = await scene.open('switching');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('button', { name: 'Switch off ORDER_SETTLED' }).click();
    await page.getByRole('button', { name: 'Switch on ORDER_SETTLED' }).click();
    await page.getByRole('button', { name: 'Switch off ORDER_SETTLED' }).waitFor();
    expect(problems).toEqual([]);
  }, 60_000);

  it('whose deliveries failed shows their number as a link to them', async () => {
    await withEndpoint('failed', { retryScheduleSeconds: [] });
    scene.receiver.respond({ status: 500 });
    await scene.host.emitter.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: 'failed' });
    const api = scene.host.api('failed');
    await eventually(async () => {
      const { body } = await api.get<{ items: unknown[] }>('/deliveries?status=FAILED');
      return body.items.length === 1;
    });
    scene.receiver.reset();
    const { page, problems } = await scene.open('failed');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('link', { name: 'Failed deliveries (1 in the last 24 hours)' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    expect(page.url()).toMatch(/#\/failed\/deliveries\?endpoint=erp&status=FAILED$/);
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).waitFor();
    expect(problems).toEqual([]);
  }, 60_000);

  it('that was disabled says why at once, and is enabled there', async () => {
    await withEndpoint('disabled');
    await scene.host.api('disabled').post('/httptransports/erp/disable', { reason: 'GONE' });
    const { page, problems } = await scene.open('disabled');
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByText('The receiver responded that this address is gone (410).').waitFor();
    const why = page.getByRole('link', { name: 'Why: see its failed deliveries' });
    expect(await why.getAttribute('href')).toMatch(/endpoint=erp&status=FAILED$/);
    await page.getByText('Send a test first').waitFor();
    await page.getByRole('button', { name: 'Enable', exact: true }).click();
    await page.getByText('This endpoint is disabled').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  }, 60_000);

  it('is deleted only after a question that says what will happen', async () => {
    await withEndpoint('deleting');
    const { page, problems } = await scene.open('deleting');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    const button = page.getByRole('button', { name: 'Delete', exact: true });
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Delete ERP?' });
    await dialog.getByText(/This cannot be undone/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await hasFocus(button)).toBe(true);
    await button.click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no endpoints yet.').waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('a read-only link', () => {
  it('shows the settings of an endpoint, and offers no change', async () => {
    await withEndpoint('looking');
    const { page, problems } = await scene.open('looking', { readOnly: true });
    await page.getByText('Read only').waitFor();
    await goTo(page, 'Endpoints');
    expect(await page.getByRole('button', { name: 'Add endpoint' }).count()).toBe(0);
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    const buttons = await page.getByRole('main').getByRole('button').allTextContents();
    expect(
      buttons.filter((name) => /save|rotate|send|pause|delete|disable|add|remove|switch/i.test(name)),
    ).toEqual([]);
    expect(problems).toEqual([]);
  }, 60_000);
});
