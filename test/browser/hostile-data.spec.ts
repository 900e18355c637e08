import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { OperatorClient } from '../support/operator-client.js';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { goTo, PortalScene } from './support/portal-scene.js';

/** Texts that would run as a script if any of them were used as HTML, as a URL or as a part of a script. */
const CANARIES = [
  '<img src=x onerror="window.hacked=1">',
  '</script><script>window.hacked=1</script>',
  '"><svg onload=window.hacked=1>',
  "javascript:window.hacked=1//'",
  '{{constructor.constructor("window.hacked=1")()}}',
];

const TITLE = '</title><script>window.hacked=1</script>';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('express', {
    ...OFFICE,
    portal: { title: TITLE },
    operatorPortal: { title: TITLE, cookieSession: true },
  });
}, 60_000);
afterAll(() => scene?.close());

it('shows texts of tenants and receivers as texts, whatever they contain', async () => {
  const all = CANARIES.join(' ');
  scene.receiver.respond({ status: 500, headers: { 'x-canary': all }, body: all });
  const api = scene.host.api('hostile');
  await api.post('/httptransports', {
    httpTransportUid: 'erp',
    name: all.slice(0, 255),
    url: scene.receiver.url,
  });
  await api.post('/httptransports/erp/webhooks', { action: '*' });
  await scene.host.emitter.emit(
    'ORDER_SETTLED',
    { order: { Id: 1, Uid: '700', note: all } },
    { tenantUid: 'hostile' },
  );
  await eventually(() => scene.receiver.requests.length > 0);
  await api.post('/httptransports/erp/disable', { reason: CANARIES[0] });

  const { page, problems } = await scene.open('hostile');
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
  // The reason is a text of the tenant, not a code of the portal.
  await page.getByText(/is disabled: <img src=x/).waitFor();
  await goTo(page, 'Endpoints');
  await page.getByRole('link', { name: /onerror/ }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.getByText(CANARIES[0]!).first().waitFor();
  await goTo(page, 'Deliveries');
  await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
  const drawer = page.getByRole('dialog');
  await drawer
    .getByText(/onerror=/)
    .first()
    .waitFor();
  await drawer.getByRole('tab', { name: 'Response' }).click();
  await drawer.getByText(CANARIES[1]!).first().waitFor();
  await page.keyboard.press('Escape');
  for (const name of ['Events', 'Event types', 'Activity']) await goTo(page, name);
  expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
  expect(problems).toEqual([]);
}, 60_000);

it('shows texts of tenants and operators as texts on the operator console', async () => {
  const operations = new OperatorClient(scene.url);
  await operations.post('/stop', { reason: CANARIES.join(' ').slice(0, 255) });
  const { page, problems } = await openConsole(scene);
  await page.getByText(/Reason: <img src=x onerror/).waitFor();
  await page.getByText(TITLE).first().waitFor();
  // The endpoint of the other test has failed, and was disabled with a reason.
  await page.getByRole('link', { name: /onerror/ }).click();
  await page.getByRole('dialog').getByText(CANARIES[0]!, { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  for (const name of ['Tenants', 'Queues', 'Global stop', 'Audit']) await goTo(page, name);
  await page
    .getByRole('main')
    .getByText(/Reason: <img src=x onerror/)
    .last()
    .waitFor();
  // Places in the URL are texts, too.
  await page.goto(`${scene.url}/operatorportal#/endpoints/${encodeURIComponent(CANARIES[0]!)}/x`);
  await page.reload();
  await page.getByRole('dialog').getByText(CANARIES[0]!).first().waitFor();
  await operations.post('/resume');
  expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
  expect(problems).toEqual([]);
}, 60_000);
