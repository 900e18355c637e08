import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';
import { encryptionOf, type HostKey, type HostProcess } from './support/host-process.js';
import { countedAttempts, lanesOf } from './support/lane-table.js';
import { LOOPBACK, Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { unreadable } = sized({ unreadable: 300 }, { unreadable: 1_000 });
const TRANSPORTS = 20;
const EVENTS = 5;
const AWHILE_MS = 2_000;
const RETRY_MS = 300;
/** A short run shares the machine with other tests. */
const SOON_MS = sized(5_000, 2_000);

const key = (id: string): HostKey => ({ id, base64: randomBytes(32).toString('base64') });
const OLD = key('key-2025');
const NEW = key('key-2026');
const TENANT = 'shop';

describe.each(DATABASE_KINDS)('a process without the newest encryption key on %s', (kind) => {
  let scene: Scene;
  let keyless: HostProcess;
  afterEach(() => scene.close());

  /** The process starts before the new key is used, so nothing shows yet that it lacks a key. */
  const open = async (receivers: number): Promise<void> => {
    const webhooks = { retryScheduleMs: [RETRY_MS, RETRY_MS] };
    scene = await Scene.open({ database: await createDatabase(kind), receivers, webhooks, keys: [NEW, OLD] });
    keyless = await scene.startWorker({ keys: [OLD] });
  };
  /** Encrypts with the newest key. Each transport gets a token, so that each has two secrets. */
  const route = async (receiver: number): Promise<void> => {
    const transport = { securityType: 'BEARER_TOKEN', token: `token-${receiver}` };
    await scene.route({ tenantUid: TENANT, receiver, transport });
  };
  const claims = async (): Promise<number> =>
    (await lanesOf(scene.host.dataSource)).reduce((sum, { leaseToken }) => sum + leaseToken, 0);

  it('leaves the transports that it cannot read to a process with the key, which delivers everything', async () => {
    await open(TRANSPORTS);
    const complete = await scene.startWorker();
    for (let n = 0; n < TRANSPORTS; n += 1) await route(n);
    // One after the other, so that both processes look for due lanes each time.
    for (let n = 1; n <= EVENTS; n += 1) {
      await scene.emit(TENANT);
      await scene.untilLog({ DELIVERED: TRANSPORTS * n }, 10_000);
    }

    const { arrivals } = scene.receivers;
    expect(arrivals).toHaveLength(TRANSPORTS * EVENTS);
    expect(new Set(arrivals.map(({ sender }) => sender))).toEqual(new Set([complete.name]));
    for (const { headers, receiver } of arrivals)
      expect(headers['authorization']).toBe(`Bearer token-${receiver}`);
    const attempts = await countedAttempts(scene.host.dataSource);
    expect(attempts.filter(({ errorCode }) => errorCode !== null)).toEqual([]);
    expect(await complete.ask('health')).toMatchObject({ status: 'ok', reasons: [] });
  }, 60_000);

  it('fails nothing and claims nothing while it is alone, and its health names the key', async () => {
    await open(TRANSPORTS);
    for (let n = 0; n < TRANSPORTS; n += 1) await route(n);
    await scene.emitMany(TENANT, EVENTS);
    await eventually(async () => (await scene.log())['PENDING'] === TRANSPORTS * EVENTS);
    // The process may have claimed each lane once before it knew the key.
    await sleep(AWHILE_MS);
    const before = await claims();
    await sleep(AWHILE_MS);
    expect(await claims()).toBe(before);
    expect(await scene.log()).toEqual({ PENDING: TRANSPORTS * EVENTS });
    expect(await countedAttempts(scene.host.dataSource)).toEqual([]);
    expect(scene.receivers.arrivals).toEqual([]);
    const health = await keyless.ask('health');
    expect(health.status).toBe('degraded');
    expect(health.reasons).toEqual([
      { code: 'ENCRYPTION_KEY_MISSING', message: expect.stringContaining(NEW.id) },
    ]);

    await scene.startWorker();
    await scene.untilLog({ DELIVERED: TRANSPORTS * EVENTS }, 20_000);
  }, 60_000);

  it(`delivers for the transports that it can read although ${unreadable} that it cannot read were due before`, async () => {
    await open(2);
    // Created while the new key is not in use yet.
    const webhooks = { egress: LOOPBACK, ...encryptionOf([OLD]), worker: false };
    const older = await TestHost.start({ database: scene.database, webhooks });
    const readable = older.api('other');
    await readable.post('/httptransports', {
      httpTransportUid: 'readable',
      name: 'readable',
      url: scene.receivers.urlOf(1),
    });
    await readable.post('/httptransports/readable/webhooks', { action: '*' });
    await older.close();
    const api = scene.host.api(TENANT);
    const url = scene.receivers.urlOf(0);
    for (let n = 0; n < unreadable; n += 1) {
      const httpTransportUid = `unreadable-${n}`;
      await api.post('/httptransports', { httpTransportUid, name: httpTransportUid, url });
      await api.post(`/httptransports/${httpTransportUid}/webhooks`, { action: '*' });
    }
    await scene.emitMany(TENANT, EVENTS);
    const due = unreadable * EVENTS;
    await eventually(async () => (await scene.log())['PENDING'] === due, { withinMs: 60_000 });

    const emittedAt = Date.now();
    await scene.emitMany('other', EVENTS);
    await scene.untilLog({ DELIVERED: EVENTS, PENDING: due }, 10_000);
    const { arrivals } = scene.receivers;
    expect(arrivals.map(({ receiver }) => receiver)).toEqual(Array.from({ length: EVENTS }, () => 1));
    expect(Math.max(...arrivals.map(({ at }) => at)) - emittedAt).toBeLessThan(SOON_MS);
  }, 120_000);

  it('is replaced by one with the key, where a damaged secret fails its own deliveries on the schedule and no others', async () => {
    await open(2);
    await keyless.kill();
    await scene.startWorker();
    for (const receiver of [0, 1]) await route(receiver);
    await scene.host.dataSource.query(
      `UPDATE webhook_http_transport SET token = 'v1:${NEW.id}:${randomBytes(48).toString('base64')}',
         version = version + 1 WHERE http_transport_uid = '0'`,
    );
    await scene.emitMany(TENANT, EVENTS);
    await eventually(
      async () => {
        const { PENDING, ...ended } = await scene.log();
        return !PENDING && Object.values(ended).reduce((sum, count) => sum + count, 0) === 2 * EVENTS;
      },
      { what: 'all deliveries to end', withinMs: 15_000 },
    );
    const { DELIVERED, ...failed } = await scene.log();
    expect([DELIVERED, Object.values(failed)]).toEqual([EVENTS, [EVENTS]]);
    expect(scene.receivers.arrivals.map(({ receiver }) => receiver)).toEqual(
      Array.from({ length: EVENTS }, () => 1),
    );
    const failures = (await countedAttempts(scene.host.dataSource)).filter(
      ({ errorCode }) => errorCode !== null,
    );
    expect(new Set(failures.map(({ errorCode }) => errorCode))).toEqual(new Set(['SECRET_UNREADABLE']));
    expect(new Set(failures.map(({ deliveryId }) => deliveryId)).size).toBe(EVENTS);
  }, 60_000);
});
