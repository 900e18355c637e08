import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { adoptEnvironment, WebhooksHealth } from 'nestjs-tillhook';
import type { WebhooksHealthReport } from 'nestjs-tillhook';
import { copiedDatabase } from '../support/copied-database.js';
import { createMigratedDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { jsonOf, Receiver } from '../support/receiver.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

/** Long enough for a worker that polls every 25 ms to send, were it not held. */
const A_WHILE_MS = 500;
const TENANT = 'shop';
const HELD = /DELIVERIES ARE HELD/;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(DATABASE_KINDS)('the environment of a database, on %s', (kind) => {
  let production: TestDatabase;
  let receiver: Receiver;
  let log: LogCapture;
  const hosts: TestHost[] = [];
  const copies: TestDatabase[] = [];

  beforeEach(async () => {
    production = await createMigratedDatabase(kind);
    receiver = await Receiver.start();
    log = new LogCapture();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.close();
    for (const copy of copies.splice(0)) await copy.drop();
    await production.drop();
    await receiver.close();
  });

  const start = async (database: TestDatabase, webhooks: object): Promise<TestHost> => {
    const host = await TestHost.start({ database, webhooks, logger: log });
    hosts.push(host);
    return host;
  };
  const stop = async (host: TestHost): Promise<void> => {
    hosts.splice(hosts.indexOf(host), 1);
    await host.close();
  };
  const health = (host: TestHost): Promise<WebhooksHealthReport> =>
    host.app.get(WebhooksHealth, { strict: false }).check();
  const emit = (host: TestHost, ...uids: string[]): Promise<unknown> =>
    host.emitter.emitMany(
      uids.map((Uid) => ({ action: 'ORDER_SETTLED' as const, data: { order: { Uid } } })),
      { tenantUid: TENANT },
    );
  const arrived = (): string[] =>
    receiver.requests.map((request) => (jsonOf(request)['order'] as { Uid: string }).Uid).sort();
  const countOf = async (host: TestHost, table: string): Promise<number> => {
    const [row] = await host.dataSource.query<{ count: number | string }[]>(
      `SELECT count(*) AS count FROM ${table}`,
    );
    return Number(row!.count);
  };

  /** Production with one event that is fanned out and one that is not, and the copy of its database. */
  const restoredDump = async (
    named: { environment?: string } = { environment: 'production' },
  ): Promise<TestDatabase> => {
    const sender = await start(production, { ...named, deliveryEnabled: false });
    await sender
      .api(TENANT)
      .post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await sender.api(TENANT).post('/httptransports/erp/webhooks', { action: '*' });
    await emit(sender, 'queued');
    await eventually(async () => (await countOf(sender, 'webhook_queue')) === 1);
    await stop(sender);
    const emitter = await start(production, { ...named, worker: false });
    await emit(emitter, 'emitted');
    await stop(emitter);
    const copy = await copiedDatabase(production);
    copies.push(copy);
    return copy;
  };

  it('keeps a restored copy from sending, with an error in the log, until it is adopted; then everything is sent', async () => {
    const copy = await restoredDump();
    const staging = await start(copy, { environment: 'staging' });
    await emit(staging, 'new');
    await sleep(A_WHILE_MS);
    expect(receiver.requests).toEqual([]);
    expect(await countOf(staging, 'webhook_queue')).toBe(1);
    expect(await countOf(staging, 'webhook_outbox')).toBe(2);
    const [said, ...more] = log.at('error', HELD);
    expect(said).toMatch(/"production".*"staging".*adoptEnvironment\(dataSource, "staging"\)/s);
    expect(more).toEqual([]);
    expect(await health(staging)).toMatchObject({
      status: 'degraded',
      reasons: [{ code: 'ENVIRONMENT_MISMATCH', message: expect.stringMatching(HELD) }],
      worker: { enabled: true, heldBy: ['ENVIRONMENT'], inFlight: 0, lanes: 0 },
      environment: { own: 'staging', database: 'production' },
    });

    await adoptEnvironment(staging.dataSource, 'staging');
    await receiver.waitFor(3);
    expect(arrived()).toEqual(['emitted', 'new', 'queued']);
    expect(await health(staging)).toMatchObject({ status: 'ok', environment: { database: 'staging' } });
    expect(log.at('log', /Deliveries resumed/)).toHaveLength(1);
  });

  it('does not stop deliveries from the original database', async () => {
    await restoredDump();
    await start(production, { environment: 'production' });
    await receiver.waitFor(2);
    expect(arrived()).toEqual(['emitted', 'queued']);
    expect(log.at('error', HELD)).toEqual([]);
  });

  it('also holds a process that names none', async () => {
    const staging = await start(await restoredDump(), {});
    await sleep(A_WHILE_MS);
    expect(receiver.requests).toEqual([]);
    expect(log.at('error', HELD)[0]).toMatch(/set the option environment: "production"/);
    expect((await health(staging)).environment).toEqual({ own: null, database: 'production' });
  });

  it('is changed by the option adoptEnvironment; a start with the option warns, and a later one without it does not', async () => {
    const copy = await restoredDump();
    const first = await start(copy, { environment: 'staging', adoptEnvironment: true });
    await receiver.waitFor(2);
    expect(log.at('error', HELD)).toEqual([]);
    expect(log.at('warn', /"production" has been adopted by "staging"/)).toHaveLength(1);
    expect(log.at('warn', /Remove the option adoptEnvironment/)).toHaveLength(1);
    await stop(first);
    const second = await start(copy, { environment: 'staging' });
    await emit(second, 'later');
    await receiver.waitFor(3);
    expect(log.at('warn', /adoptEnvironment/)).toHaveLength(1);
  });

  it('changes nothing if no process names one', async () => {
    const copy = await restoredDump({});
    const host = await start(copy, {});
    await receiver.waitFor(2);
    expect(await health(host)).toMatchObject({ status: 'ok', environment: { own: null, database: null } });
  });

  it('is the first that a process names, also when several start at once', async () => {
    const migrated = await start(production, { worker: false });
    await stop(migrated);
    const both = await Promise.all(
      ['blue', 'green'].map((environment) => start(production, { environment })),
    );
    const reports = await Promise.all(both.map(health));
    expect(reports.map(({ status }) => status).sort()).toEqual(['degraded', 'ok']);
    const [name] = new Set(reports.map(({ environment }) => environment.database));
    expect(reports.find(({ status }) => status === 'ok')?.environment.own).toBe(name);
  });

  it('is looked at before each test send: none leaves once the database belongs to another environment', async () => {
    const host = await start(production, { environment: 'production', worker: false });
    const create = (tenant: string) =>
      host.api(tenant).post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    const test = (tenant: string) => host.api(tenant).request('POST', '/httptransports/erp/test');
    for (const tenant of [TENANT, 'other']) expect((await create(tenant)).status).toBe(200);
    expect((await test(TENANT)).status).toBe(200);
    await adoptEnvironment(host.dataSource, 'elsewhere');
    // The test send is refused at once, long before the guard of the process looks again.
    const { status, body } = await test('other');
    expect([status, body]).toMatchObject([409, { code: 'DELIVERIES_HELD' }]);
    expect(receiver.requests).toHaveLength(1);
    expect(log.at('error', HELD)).toHaveLength(1);
  });

  it('holds deliveries, also those of busy lanes, as soon as the database belongs to another environment', async () => {
    const host = await start(production, { environment: 'production' });
    const api = host.api(TENANT);
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    // Slow, so that the lane is held meanwhile.
    receiver.respondNext({ status: 204, delayMs: 1_000 });
    await emit(host, 'before');
    await receiver.waitFor(1);
    await adoptEnvironment(host.dataSource, 'elsewhere');
    await emit(host, 'after');
    await sleep(A_WHILE_MS);
    expect((await health(host)).worker).toMatchObject({ heldBy: [], lanes: 1 });
    await eventually(async () => (await health(host)).worker.heldBy.includes('ENVIRONMENT'));
    expect(arrived()).toEqual(['before']);
    await adoptEnvironment(host.dataSource, 'production');
    await receiver.waitFor(2);
    expect(arrived()).toEqual(['after', 'before']);
  });

  it('is read repeatedly: a process stops sending when its database is adopted by another environment', async () => {
    const host = await start(production, { environment: 'production' });
    const api = host.api(TENANT);
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    await emit(host, 'before');
    await receiver.waitFor(1);
    await adoptEnvironment(host.dataSource, 'elsewhere');
    await eventually(async () => (await health(host)).worker.heldBy.includes('ENVIRONMENT'));
    await emit(host, 'after');
    await sleep(A_WHILE_MS);
    expect(arrived()).toEqual(['before']);
    expect(log.at('error', HELD)).toHaveLength(1);
  });
});
