import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

describe('the wizard', () => {
  it('chooses groups and single events, keeps what was entered over a reload, and says why a URL is refused', async () => {
    const { page, problems } = await scene.open('wizard');
    await goTo(page, 'Endpoints');
    await page.getByRole('button', { name: 'Add endpoint' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Enter a whole URL').waitFor();
    await page.getByLabel('URL').fill('https://10.0.0.7/hook');
    await page.getByLabel('Name').fill('Internal');
    await page.getByRole('button', { name: 'Next' }).click();
    const group = page.getByLabel('All ORDER_*, also later ones');
    await page.getByRole('checkbox', { name: /^ORDER_SETTLED/ }).check();
    expect(await group.evaluate((input: HTMLInputElement) => input.indeterminate)).toBe(true);
    await group.check();
    expect(await page.getByRole('checkbox', { name: /^ORDER_SETTLED/ }).isChecked()).toBe(true);

    await page.reload();
    expect(await page.getByLabel('URL').inputValue()).toBe('https://10.0.0.7/hook');
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await group.isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page
      .getByRole('alert')
      .getByText(/refused/)
      .waitFor();
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

  it('is changed field by field, and keeps secrets that are not entered again', async () => {
    await withEndpoint('changing', { securityType: 'BEARER_TOKEN', token: 'first-token' });
    const { page, problems } = await scene.open('changing');
    await goTo(page, 'Endpoints');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByLabel('Name').fill('Head office');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Head office' }).waitFor();
    await page.getByRole('button', { name: 'Send test' }).click();
    await page.getByText('The receiver accepted it.').waitFor();
    expect(scene.receiver.requests.at(-1)!.headers['authorization']).toBe('Bearer first-token');
    expect(problems).toEqual([]);
  }, 60_000);

  it('that was disabled says why at once, and is enabled there', async () => {
    await withEndpoint('disabled');
    await scene.host.api('disabled').post('/httptransports/erp/disable', { reason: 'GONE' });
    const { page, problems } = await scene.open('disabled');
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByText('The receiver responded that this address is gone (410).').waitFor();
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
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no endpoints yet.').waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('a read-only link', () => {
  it('shows everything and offers no change', async () => {
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
