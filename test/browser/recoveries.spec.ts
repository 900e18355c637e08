import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { goTo, PortalScene } from './support/portal-scene.js';

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('express', { portal: true, retryScheduleMs: [], circuitFailures: 0 });
}, 60_000);
afterAll(() => scene?.close());

const HOUR_MS = 3_600_000;
/** Yesterday, midnight UTC. */
const DAY = Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS - 24 * HOUR_MS;
/** When the deliveries failed, in minutes after 10:00: the last two are outside the hour that is recovered. */
const FAILED_AT = [5, 20, 30, 45, 59, 75, 90];

/** A tenant whose deliveries failed yesterday from 10:05 to 11:30 UTC. */
async function withOutage(tenantUid: string): Promise<void> {
  const api = scene.host.api(tenantUid);
  scene.receiver.respond({ status: 500 });
  await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
  await api.post('/httptransports/erp/webhooks', { action: '*' });
  for (const minute of FAILED_AT)
    await scene.host.emitter.emit('ORDER_SETTLED', { order: { Uid: String(minute) } }, { tenantUid });
  const failed = await eventually(async () => {
    const { body } = await api.get<{ items: { status: string }[] }>('/deliveries?status=FAILED');
    return body.items.length === FAILED_AT.length && body.items;
  });
  expect(failed).toHaveLength(FAILED_AT.length);
  await movedToYesterday(tenantUid);
  scene.receiver.reset();
}

/** The time of an outage cannot be waited for, so its rows get the dates that they would have. */
async function movedToYesterday(tenantUid: string): Promise<void> {
  const rows = await scene.host.dataSource.query<{ id: number }[]>(
    `SELECT d.id FROM webhook_delivery d JOIN webhook_tenant t ON t.id = d.tenant_id WHERE t.tenant_uid = ? ORDER BY d.id`,
    [tenantUid],
  );
  for (const [index, { id }] of rows.entries()) {
    const at = DAY + 10 * HOUR_MS + FAILED_AT[index]! * 60_000;
    await scene.host.dataSource.query(
      'UPDATE webhook_delivery SET created_at = ?, finished_at = ? WHERE id = ?',
      [at, at, id],
    );
  }
}

/** Chooses yesterday from 10:00 to 11:00, counts, and starts. */
async function recoverHour(page: Page): Promise<void> {
  const date = new Date(DAY).toISOString().slice(0, 10);
  await page.getByRole('button', { name: 'Recover deliveries' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Endpoint', { exact: true }).fill('erp');
  await dialog.getByLabel('Period', { exact: true }).selectOption('From … to …');
  await dialog.getByLabel('From', { exact: true }).fill(`${date}T10:00`);
  await dialog.getByLabel('To', { exact: true }).fill(`${date}T11:00`);
  expect(await dialog.getByRole('button', { name: 'Send them' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Count first' }).click();
  await dialog.getByText('5 deliveries would be sent.').waitFor();
  await dialog.getByRole('button', { name: 'Send them' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('a recovery', () => {
  it('of an hour counts first and can be stopped; started again, it sends exactly the deliveries of that hour', async () => {
    await withOutage('outage');
    const api = scene.host.api('outage');
    await api.post('/httptransports/erp/pause', {});
    const { page, problems, context } = await scene.open('outage', { timeZone: 'UTC' });
    await goTo(page, 'Recoveries');
    await recoverHour(page);
    // The endpoint is paused, so the job stays open.
    await page.getByText('waits because the endpoint is paused').waitFor();
    await page.getByRole('progressbar', { name: 'Progress' }).waitFor();
    await page.getByRole('button', { name: 'Stop recovery' }).click();
    await page.getByRole('dialog').getByText('Nothing more is queued.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop recovery' }).click();
    await page.getByText('Stopped').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);

    await api.post('/httptransports/erp/resume', {});
    await recoverHour(page);
    const card = page.getByRole('listitem').filter({ hasText: 'Done' });
    await card.getByText('5 of 5 queued for sending.').waitFor();
    await scene.receiver.waitFor(5);
    const { body } = await api.get<{ items: { status: string }[] }>('/deliveries?status=FAILED');
    expect(body.items).toHaveLength(2);
    expect(scene.receiver.requests).toHaveLength(5);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);

  it('of what a disabled endpoint has missed is offered where the endpoint is enabled', async () => {
    const api = scene.host.api('missed');
    scene.receiver.reset();
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: scene.receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    await api.post('/httptransports/erp/disable', { reason: 'GONE' });
    await scene.host.emitter.emit('TILL_CLOSED', { till: { Uid: '30' } }, { tenantUid: 'missed' });
    await eventually(
      async () =>
        (await api.get<{ items: { status: string }[] }>('/deliveries')).body.items[0]?.status === 'MISSED',
    );
    const { page, problems, context } = await scene.open('missed');
    await page.getByRole('link', { name: 'ERP' }).click();
    await page.getByRole('button', { name: 'Enable and recover what was missed' }).click();
    await page.getByRole('heading', { level: 1, name: 'Recoveries' }).waitFor();
    await page.getByText('1 of 1 queued for sending.').waitFor();
    await scene.receiver.waitFor(1);
    expect(problems).toEqual([]);
    await context.close();
  }, 60_000);
});
