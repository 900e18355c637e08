import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { Scene } from './support/scene.js';

const TENANT = 'shop';
/** A worker looks for events when it starts, and not again before it is killed. */
const RARE_POLL_MS = 20_000;
const REFUSE_NOTIFICATIONS = {
  postgres: `ALTER TABLE webhook_event ADD CONSTRAINT refused CHECK (action NOT LIKE 'WEBHOOK%') NOT VALID`,
  sqlite: `CREATE TRIGGER refused BEFORE INSERT ON webhook_event WHEN new.action LIKE 'WEBHOOK%'
    BEGIN SELECT RAISE(ABORT, 'refused by a trigger of the test'); END`,
};

describe.each(DATABASE_KINDS)('a notification to a tenant on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  /** A transport whose receiver responds with 410 (0), and one that gets the notifications of the tenant (1). */
  const open = async (): Promise<void> => {
    scene = await Scene.open({ database: await createDatabase(kind), receivers: 2, webhooks: {} });
    scene.receivers.respond = ({ receiver }) => ({ status: receiver === 0 ? 410 : 204 });
    await scene.route({ tenantUid: TENANT, receiver: 0 });
    const api = scene.host.api(TENANT);
    await api.post('/httptransports', { httpTransportUid: '1', name: '1', url: scene.receivers.urlOf(1) });
    const { status } = await api.post('/httptransports/1/webhooks', { action: 'WEBHOOK_*' });
    expect(status).toBe(200);
  };
  const isDisabled = async (): Promise<boolean> => {
    const { body } = await scene.host.api(TENANT).get<{ state: string }>('/httptransports/0');
    return body.state === 'DISABLED';
  };
  const received = () =>
    scene.receivers.arrivals
      .filter(({ receiver }) => receiver === 1)
      .map(({ headers, sender }) => [headers['x-webhook-action'], sender])
      .sort();

  it('is delivered once by another process if its own is killed right after the commit', async () => {
    await open();
    await scene.emit(TENANT);
    const first = await scene.startWorker({ webhooks: { pollMs: RARE_POLL_MS } });
    await eventually(isDisabled, { withinMs: 30_000 });
    await first.kill();
    expect(received()).toEqual([]);
    const second = await scene.startWorker();
    await scene.untilLog({ 'FAILED GONE': 1, DELIVERED: 2 }, 30_000);
    expect(received()).toEqual([
      ['WEBHOOK_DELIVERY_EXHAUSTED', second.name],
      ['WEBHOOK_TRANSPORT_DISABLED', second.name],
    ]);
  }, 60_000);

  it('is left out if the database refuses it, and the change that it reports is recorded', async () => {
    await open();
    await scene.emit(TENANT);
    await scene.host.dataSource.query(REFUSE_NOTIFICATIONS[kind]);
    await scene.startWorker();
    await eventually(isDisabled, { withinMs: 30_000 });
    expect(await scene.log()).toEqual({ 'FAILED GONE': 1 });
    const events = await scene.host.dataSource.query<object[]>('SELECT id FROM webhook_event');
    expect(events).toHaveLength(1);
  }, 60_000);
});
