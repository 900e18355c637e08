import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { OPERATOR, OperatorClient } from '../support/operator-client.js';
import { watchedPage } from './support/browser.js';
import { OFFICE, openConsole } from './support/operator-scene.js';
import { goTo, PortalScene } from './support/portal-scene.js';

/** A page of a back office with the element of the console. */
const office = (_request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader('content-type', 'text/html').end(`<!doctype html><html lang="en"><title>Office</title>
    <webhooks-operator-portal theme="dark" heading="Till webhooks"></webhooks-operator-portal>
    <script>
      document.querySelector('webhooks-operator-portal').getToken = () => 'operator/manager';
    </script>
    <script type="module" src="/operatorportal/element.js"></script></html>`);
};

let scene: PortalScene;
let operations: OperatorClient;
beforeAll(async () => {
  scene = await PortalScene.start('express', OFFICE, { configure: (app) => app.use('/office', office) });
  operations = new OperatorClient(scene.url);
  const { host, receiver } = scene;
  receiver.respond({ status: 500 });
  for (const tenantUid of ['north', 'south', 'east']) {
    const api = host.api(tenantUid);
    await api.post('/httptransports', {
      httpTransportUid: 'erp',
      name: `ERP ${tenantUid}`,
      url: receiver.url,
    });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
  }
  await emit('north');
  await eventually(async () => (await failing()).includes('north'));
  await host.api('south').post('/httptransports/erp/pause', {});
  for (let count = 0; count < 3; count += 1) await emit('south');
  await eventually(async () => (await pendingOf('south')) === 3);
}, 60_000);
afterAll(() => scene?.close());

const emit = (tenantUid: string): Promise<unknown> =>
  scene.host.emitter.emit('ORDER_SETTLED', { order: { Id: 1, Uid: '700' } }, { tenantUid });
type Listed = { items: { tenantUid: string; pending: number }[] };
const failing = async (): Promise<string[]> =>
  (await operations.get<Listed>('/failingtransports')).body.items.map(({ tenantUid }) => tenantUid);
const pendingOf = async (wanted: string): Promise<number | undefined> =>
  (await operations.get<Listed>('/tenants')).body.items.find(({ tenantUid }) => tenantUid === wanted)
    ?.pending;

describe('the operator console', () => {
  it('shows endpoints that fail, work that waits, and how deliveries ended, as a plot and as a table', async () => {
    const { page, problems, context } = await openConsole(scene);
    const first = page.getByRole('region', { name: 'Failing for the longest time' });
    await first.getByRole('link', { name: 'ERP north' }).waitFor();
    await page.getByRole('list', { name: 'Work that waits' }).getByText('Due now').waitFor();
    await page.getByLabel('Period').selectOption({ label: 'Last hour' });
    expect(page.url()).toContain('range=hour');
    const plot = page.getByRole('figure', { name: 'How deliveries ended' });
    await plot.getByRole('button', { name: 'Show as table' }).click();
    await plot.getByRole('columnheader', { name: 'Delivered' }).waitFor();
    await first.getByRole('link', { name: 'ERP north' }).click();
    await page.getByRole('dialog').getByText(new URL(scene.receiver.url).origin).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('pauses, resumes, disables and enables an endpoint of any tenant, after saying what each will do', async () => {
    const { page, problems, context } = await openConsole(scene, 'endpoints');
    await page.getByRole('link', { name: 'ERP north' }).click();
    const drawer = page.getByRole('dialog', { name: 'ERP north', exact: true });
    const command = async (name: string, says: RegExp, state: string, reason?: string): Promise<void> => {
      await drawer.getByRole('button', { name, exact: true }).click();
      const question = page.getByRole('dialog', { name: `${name} ERP north?` });
      await question.getByText(says).waitFor();
      await question.getByText('The activity of tenant north will show that you did this.').waitFor();
      if (reason !== undefined) await question.getByLabel('Reason').fill(reason);
      await question.getByRole('button', { name, exact: true }).click();
      await drawer.getByRole('definition').filter({ hasText: state }).first().waitFor();
    };
    await command('Pause', /Nothing is sent to it until you resume it/, 'Paused');
    await command('Resume', /The deliveries that wait are sent now/, 'Failing');
    await command('Disable', /New events are recorded as missed/, 'Disabled', 'Under attack');
    await drawer.getByText('Under attack').waitFor();
    await command('Enable', /New events are sent from now on/, 'Active');
    const { body } = await scene.host
      .api('north')
      .get<{ items: { kind: string; actor: string | null }[] }>('/webhookaudit?pageSize=4');
    expect(body.items.map(({ kind, actor }) => [kind, actor])).toEqual([
      ['TRANSPORT_ENABLED', OPERATOR],
      ['TRANSPORT_DISABLED', OPERATOR],
      ['TRANSPORT_RESUMED', OPERATOR],
      ['TRANSPORT_PAUSED', OPERATOR],
    ]);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('opens an endpoint by its ids even if it does not fail, and shows why the API refuses a command', async () => {
    const { page, context } = await openConsole(scene, 'endpoints');
    await page.getByRole('button', { name: 'Open endpoint' }).click();
    await page.getByText('Enter the ids of the tenant and of the endpoint.').waitFor();
    await page.getByLabel('Tenant').fill('south');
    await page.getByLabel('Endpoint id').fill('erp');
    await page.getByLabel('Endpoint id').press('Enter');
    const drawer = page.getByRole('dialog', { name: 'erp', exact: true });
    await drawer.getByRole('button', { name: 'Enable' }).click();
    const question = page.getByRole('dialog', { name: 'Enable erp?' });
    await question.getByRole('button', { name: 'Enable', exact: true }).click();
    await question
      .getByRole('alert')
      .getByText(/paused/i)
      .waitFor();
    await context.close();
  }, 60_000);

  it('lists tenants with at least a given number of pending deliveries; the filter is in the URL, and Back undoes it', async () => {
    const { page, context } = await openConsole(scene, 'tenants');
    await page.getByRole('cell', { name: 'north' }).waitFor();
    await page.getByLabel('Pending deliveries, at least').fill('three');
    await page.getByText('Enter a whole number').waitFor();
    await page.getByLabel('Pending deliveries, at least').fill('3');
    await page.getByRole('cell', { name: 'north' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('cell', { name: 'south' }).waitFor();
    expect(await page.getByRole('cell', { name: 'north' }).count()).toBe(0);
    await page.getByLabel('Pending deliveries, at least').fill('1000');
    await page.getByText('No tenant has so many pending deliveries.').waitFor();
    await page.goBack();
    await page.getByRole('cell', { name: 'south' }).waitFor();
    expect(page.url()).toContain('minPending=3');
    await context.close();
  }, 60_000);

  it('lists queues with the process that holds each', async () => {
    scene.receiver.respond('hang');
    await emit('east');
    await eventually(() => scene.receiver.inFlight > 0);
    const { page, context } = await openConsole(scene, 'lanes');
    await page.getByLabel('State').selectOption('HELD');
    const row = page.getByRole('row').filter({ hasText: 'east' });
    await row.getByText(`:${process.pid}:`).waitFor();
    await row.getByText('Held').waitFor();
    await goTo(page, 'Overview');
    const processes = page.getByRole('region', { name: 'Processes that deliver' });
    await processes.getByText(`:${process.pid}:`).waitFor();
    await context.close();
  }, 60_000);

  it('stops everything once the word was typed, says so on every page, and resumes', async () => {
    const { page, problems, context } = await openConsole(scene, 'stop');
    await page.getByText('Deliveries are not stopped.').waitFor();
    await page.getByLabel('Reason').fill('A release sent wrong totals');
    await page.getByRole('button', { name: 'Stop all deliveries' }).click();
    await page.getByText('Nothing has been done.').waitFor();
    expect((await operations.get('/overview')).body['stop']).toBeNull();
    await page.getByLabel('Type “stop” to confirm').fill(' Stop');
    await page.getByRole('button', { name: 'Stop all deliveries' }).click();

    const banner = page.getByRole('region', { name: 'All deliveries are stopped' });
    await banner.getByText(`Stopped by ${OPERATOR}`).waitFor();
    await banner.getByText('Reason: A release sent wrong totals').waitFor();
    await page.getByText('No process holds a queue: nothing is sent.').waitFor();
    expect((await operations.get('/overview')).body['stop']).toMatchObject({ actor: OPERATOR });
    for (const name of ['Overview', 'Endpoints', 'Tenants', 'Queues', 'Audit']) {
      await goTo(page, name);
      await banner.getByRole('link', { name: 'Go to the global stop' }).waitFor();
    }
    scene.receiver.reset();
    await emit('east');
    await eventually(async () => (await pendingOf('east')) === 2);
    expect(scene.receiver.requests).toEqual([]);

    await banner.getByRole('link', { name: 'Go to the global stop' }).click();
    await page.getByLabel('Type “resume” to confirm').fill('resume');
    await page.getByRole('button', { name: 'Resume all deliveries' }).click();
    await banner.waitFor({ state: 'detached' });
    await eventually(async () => (await pendingOf('east')) === 0);
    await goTo(page, 'Audit');
    await page.getByText('Deliveries resumed').waitFor();
    await page.getByText('All deliveries stopped', { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('stops and resumes everything also while its state cannot be read', async () => {
    const { page, context } = await openConsole(scene, 'audit');
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await page.route('**/webhookoperations/overview', (route) => route.abort());
    await page.goto(`${scene.url}/operatorportal#/stop`);
    await page.reload();
    await page.getByText('It is not known whether deliveries are stopped.').waitFor();
    await page.getByLabel('Type “stop” to confirm').fill('stop');
    await page.getByRole('button', { name: 'Stop all deliveries' }).click();
    await page.getByRole('region', { name: 'All deliveries are stopped' }).waitFor();
    expect((await operations.get('/overview')).body['stop']).toMatchObject({ actor: OPERATOR });
    await page.getByLabel('Type “resume” to confirm').fill('resume');
    await page.getByRole('button', { name: 'Resume all deliveries' }).click();
    await page.getByText('Deliveries are not stopped.').waitFor();
    expect((await operations.get('/overview')).body['stop']).toBeNull();
    await context.close();
  }, 60_000);

  it('shows within its poll that another operator has stopped everything', async () => {
    const { page, context } = await openConsole(scene, 'audit');
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await operations.post('/stop', { reason: 'Elsewhere' });
    await page.getByText('Reason: Elsewhere').first().waitFor();
    await operations.post('/resume');
    await page.getByText('Deliveries are resumed.').waitFor();
    await context.close();
  }, 60_000);
});

describe('signing in to the operator console', () => {
  it.each([
    [null, /You are not signed in, or your session has ended/],
    ['cashier', /Only operators of this service may use this console/],
  ])(
    'with the cookie of %s shows why not, and nothing else',
    async (user, text) => {
      const { page, context } = await openConsole(scene, 'stop', { user });
      await page.getByRole('alert').getByText(text).waitFor();
      expect(await page.getByRole('navigation').count()).toBe(0);
      await context.close();
    },
    60_000,
  );

  it('is not possible with the session of a portal link in the same tab', async () => {
    const { page, context } = await scene.open('north');
    await page.goto(`${scene.url}/operatorportal`);
    await page
      .getByRole('alert')
      .getByText(/You are not signed in/)
      .waitFor();
    await context.close();
  }, 60_000);

  it('works by the token of the page around the custom element', async () => {
    const { page, problems, context } = await watchedPage(scene.browser, scene.host.url);
    await page.goto(`${scene.host.url}/office`);
    await page.getByText('Till webhooks').waitFor();
    await page.getByRole('link', { name: 'Tenants' }).click();
    await page.getByRole('cell', { name: 'south' }).waitFor();
    const scheme = await page.evaluate(
      () => getComputedStyle(document.querySelector('webhooks-operator-portal')!).colorScheme,
    );
    expect(scheme).toBe('dark');
    expect(page.url()).toBe(`${scene.host.url}/office`);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);
});
