import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { goTo, PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start();
}, 60_000);
afterAll(() => scene?.close());

it('leads from an empty tenant to a failure that is sent again', async () => {
  const { page, problems } = await scene.open('first-use');
  await goTo(page, 'Endpoints');
  await page.getByText('There are no endpoints yet.').waitFor();

  await page.getByRole('button', { name: 'Add endpoint' }).click();
  await page.getByLabel('URL').fill(scene.receiver.url);
  await page.getByLabel('Name').fill('Accounting');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('All ORDER_*, also those that are added later').check();
  await page.getByRole('button', { name: 'Create endpoint' }).click();

  await page.getByText('The endpoint Accounting was created.').waitFor();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText(/^whsec_/).waitFor();
  await page.getByRole('button', { name: 'Send test' }).click();
  await page.getByText(/ORDER_\w+: the receiver accepted it\./).waitFor();
  expect(scene.receiver.requests).toHaveLength(1);

  scene.receiver.respond({ status: 500, body: 'out of paper' });
  await scene.host.emitter.emit(
    'ORDER_SETTLED',
    { order: { Id: 1, Uid: '700' } },
    { tenantUid: 'first-use' },
  );
  await goTo(page, 'Deliveries');
  await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
  const drawer = page.getByRole('dialog', { name: 'Delivery' });
  await drawer.getByText('Attempt 1 · 500').waitFor();
  await drawer.getByText('The receiver has a problem of its own. See its log.').waitFor();
  await drawer.getByRole('paragraph').filter({ hasText: 'out of paper' }).waitFor();
  await drawer.getByRole('tab', { name: 'Response' }).click();
  await drawer.getByRole('region', { name: 'Response body' }).getByText('out of paper').waitFor();

  scene.receiver.respond({ status: 204 });
  await drawer.getByRole('button', { name: 'Send again' }).click();
  await drawer.getByText('Attempt 2 · 204').waitFor();
  await drawer.getByText('Delivered').waitFor();
  expect(problems).toEqual([]);
}, 60_000);
