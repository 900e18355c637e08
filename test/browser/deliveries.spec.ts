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
    await page.getByLabel('Event type').fill('order_settled');
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).waitFor();
    expect(await page.getByRole('link', { name: 'TILL_CLOSED' }).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);

  it('restores endpoint, event type, event, status and time from the URL, and Back undoes one after the other', async () => {
    await withDeliveries('restoring', ['ORDER_SETTLED', 'TILL_CLOSED']);
    const api = scene.host.api('restoring');
    const { body } = await api.get<{ items: { eventUid: string; action: string }[] }>('/webhookevents');
    const { eventUid } = body.items.find(({ action }) => action === 'TILL_CLOSED')!;
    const { page, problems } = await scene.open('restoring', { timeZone: 'UTC' });
    await goTo(page, 'Deliveries');
    const fields = page.getByRole('search');
    const minute = (offsetMs: number): string => new Date(Date.now() + offsetMs).toISOString().slice(0, 16);
    const entered = [
      ['Endpoint', 'erp'],
      ['Event type', 'till_closed'],
      ['Event', eventUid],
      ['From', minute(-3_600_000)],
      ['To', minute(3_600_000)],
    ] as const;
    const shows = async (count: number): Promise<void> => {
      await eventually(async () => (await page.getByRole('row').count()) === count + 1);
    };
    await fields.getByLabel('Endpoint', { exact: true }).pressSequentially('erq');
    await page.getByText('No deliveries match.').waitFor();
    for (const [label, value] of entered) await fields.getByLabel(label, { exact: true }).fill(value);
    await fields.getByLabel('Status').selectOption('Delivered');
    await shows(1);

    await page.reload();
    await shows(1);
    await page.getByRole('link', { name: 'TILL_CLOSED' }).waitFor();
    for (const [label, value] of entered)
      expect(await fields.getByLabel(label, { exact: true }).inputValue()).toBe(value);
    expect(await fields.getByLabel('Status').inputValue()).toBe('DELIVERED');

    for (const label of ['Status', 'To', 'From', 'Event', 'Event type']) {
      await page.goBack();
      await eventually(async () => (await fields.getByLabel(label, { exact: true }).inputValue()) === '');
    }
    await shows(2);
    await page.goBack();
    await page.goForward();
    expect(await fields.getByLabel('Endpoint', { exact: true }).inputValue()).toBe('erp');
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

  it('that was refused shows what was sent, what came back, the cause, the duration and the next attempt', async () => {
    scene.receiver.respondNext({
      status: 401,
      headers: { 'x-trace': 'till-7' },
      body: '{"error":"bad signature"}',
    });
    const api = scene.host.api('refused');
    await api.post('/httptransports', {
      httpTransportUid: 'erp',
      name: 'ERP',
      url: scene.receiver.url,
      retryScheduleSeconds: [3_600],
    });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    await scene.host.emitter.emit(
      'ORDER_SETTLED',
      { order: { Id: 1, Uid: '700' } },
      { tenantUid: 'refused' },
    );
    const { page, problems } = await scene.open('refused');
    await goTo(page, 'Deliveries');
    await page.getByRole('link', { name: 'ORDER_SETTLED' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Attempt 1 · 401').waitFor();
    await drawer.getByText('did not accept the credentials or the signature').waitFor();
    const attempts = drawer.getByRole('list');
    expect(await attempts.innerText()).toMatch(/\d+ m?s(ec)?\b/);
    expect(await attempts.innerText()).toMatch(/in (1 hour|\d+ minutes)/);
    await drawer.getByText('"Uid": "700"').waitFor();
    await drawer.getByRole('tab', { name: 'Response' }).click();
    await drawer.getByText('x-trace: till-7').waitFor();
    await drawer.getByText('"error": "bad signature"').waitFor();
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

describe('the list of events', () => {
  it('finds the events of a store by its number, and the URL restores it', async () => {
    for (const [order, store] of [
      ['700', '70'],
      ['701', '71'],
    ] as const)
      await scene.host.emitter.emit(
        'ORDER_SETTLED',
        { store: { Uid: store }, order: { Uid: order } },
        { tenantUid: 'stores', orderingKey: `order-${order}` },
      );
    const { page, problems } = await scene.open('stores');
    await goTo(page, 'Events');
    await page.getByText('order-701').waitFor();
    await page.getByLabel('Reference').fill('70');
    await page.getByText('order-701').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('order-700').waitFor();
    expect(await page.getByText('order-701').count()).toBe(0);
    await page.goBack();
    await page.getByText('order-701').waitFor();
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
