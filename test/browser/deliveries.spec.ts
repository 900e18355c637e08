import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { goTo, PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start();
}, 60_000);
afterAll(() => scene?.close());

const withDeliveries = async (
  tenantUid: string,
  actions: readonly ('ORDER_SETTLED' | 'TILL_CLOSED')[],
): Promise<void> => {
  const api = scene.host.api(tenantUid);
  await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
  await api.post('/httptransports/erp/webhooks', { action: '*' });
  for (const action of actions)
    await scene.host.emitter.emit(action, { order: { Id: 1, Uid: '700' } }, { tenantUid });
  await eventually(async () => {
    const { body } = await api.get<{ items: { status: string }[] }>('/deliveries');
    return body.items.length === actions.length && body.items.every(({ status }) => status !== 'PENDING');
  });
};

describe('the list of deliveries', () => {
  it('has its filters in the URL, and Back undoes one', async () => {
    await withDeliveries('filtering', ['ORDER_SETTLED', 'TILL_CLOSED']);
    const { page, problems } = await scene.open('filtering');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor();
    await page.getByLabel('Status').selectOption('Failed');
    await page.getByText('No deliveries match.').waitFor();
    expect(page.url()).toContain('status=FAILED');
    await page.goBack();
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor();
    await page.getByLabel('Action').fill('order_settled');
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).waitFor();
    expect(await page.getByRole('link', { name: 'TILL_CLOSED' }).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);

  it('shows new deliveries without a reload', async () => {
    await withDeliveries('tailing', ['ORDER_SETTLED']);
    const { page, problems } = await scene.open('tailing');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).waitFor();
    await scene.host.emitter.emit('TILL_CLOSED', { till: { Id: 1, Uid: '1' } }, { tenantUid: 'tailing' });
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor();
    expect(problems).toEqual([]);
  }, 60_000);

  it('sends selected deliveries again after a question', async () => {
    await withDeliveries('selecting', ['ORDER_SETTLED', 'TILL_CLOSED']);
    const before = scene.receiver.requests.length;
    const { page, problems } = await scene.open('selecting');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor();
    for (const box of await page.getByRole('checkbox', { name: /^Select dlv_/ }).all()) await box.check();
    await page.getByRole('button', { name: 'Send 2 deliveries again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send 2 deliveries again' }).click();
    await page.getByText('2 deliveries will be sent again.').waitFor();
    await eventually(() => scene.receiver.requests.length === before + 2);
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('a delivery', () => {
  it('is shown again after a reload of its link, and one double click sends it once', async () => {
    await withDeliveries('reloading', ['ORDER_SETTLED']);
    const before = scene.receiver.requests.length;
    const { page, problems } = await scene.open('reloading');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
    await page.getByText('Attempt 1 · 204').waitFor();
    await page.reload();
    await page.getByText('Attempt 1 · 204').waitFor();
    await page.getByRole('button', { name: 'Send again' }).dblclick();
    await page.getByText('Attempt 2 · 204').waitFor();
    expect(scene.receiver.requests).toHaveLength(before + 1);
    expect(problems).toEqual([]);
  }, 60_000);

  it('whose body was erased cannot be sent again, and says why', async () => {
    await withDeliveries('erased', ['ORDER_SETTLED']);
    const api = scene.host.api('erased');
    const { body } = await api.get<{ items: { eventUid: string }[] }>('/webhookevents');
    await api.delete(`/webhookevents/${body.items[0]!.eventUid}/payload`);
    const { page, problems } = await scene.open('erased');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
    await page
      .getByText(/The body of this event is not stored any more/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);

  it('of another tenant is not found', async () => {
    await withDeliveries('theirs', ['ORDER_SETTLED']);
    const { body } = await scene.host.api('theirs').get<{ items: { deliveryUid: string }[] }>('/deliveries');
    const { page, problems } = await scene.open('ours');
    await page.goto(`${page.url().split('#')[0]}#/ours/deliveries/${body.items[0]!.deliveryUid}`);
    await page
      .getByRole('alert')
      .getByText(/No such delivery|Not found/)
      .waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});

describe('an event', () => {
  it('shows the outcome for each subscription', async () => {
    await withDeliveries('explaining', ['ORDER_SETTLED']);
    await scene.host.api('explaining').post('/httptransports/erp/webhooks', { action: 'TILL_CLOSED' });
    const { page, problems } = await scene.open('explaining');
    await goTo(page, 'Events');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
    await page.getByText('See the delivery.').waitFor();
    await page.getByText('The subscription was created after the event.').waitFor();
    expect(problems).toEqual([]);
  }, 60_000);
});
