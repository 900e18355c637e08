import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { createMigratedDatabase } from '../support/databases.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const MOST_DELAY_MS = 50;
const HOLD_MS = 700;
const ON_PURPOSE = new Error('rolled back on purpose');

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** TypeORM has one connection to a SQLite file, and statements on it join the host's transaction. Those of the module must not. */
describe('while the host holds a transaction on SQLite open', () => {
  let database: TestDatabase;
  let host: TestHost;
  let receiver: Receiver;
  let tenant: TenantClient;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    host = await TestHost.start({ database });
    await host.dataSource.query('CREATE TABLE sale (uid text)');
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
    tenant = new TenantClient(host);
    await tenant.transport(receiver, { maxConcurrency: 4 });
    // The tests measure a process that has been running for a while, so deliver one event first.
    await tenant.emit('warm-up');
    await tenant.untilLogged({ status: 'DELIVERED' });
    receiver.reset();
  });
  afterEach(() => receiver.close());
  afterAll(async () => {
    await host.close();
    await database.drop();
  });

  /** Holds a transaction of the host open that has written, then rolls it back. */
  const holdAndRollBack = async (meanwhile: () => Promise<void>): Promise<void> => {
    const work = host.dataSource.transaction(async (manager) => {
      await manager.query(`INSERT INTO sale VALUES ('held')`);
      await host.emitter.emit(
        'ORDER_SETTLED',
        { order: { Uid: 'held' } },
        { tenantUid: tenant.tenantUid, manager },
      );
      await meanwhile();
      throw ON_PURPOSE;
    });
    await expect(work).rejects.toBe(ON_PURPOSE);
  };

  it('deliveries go out, are recorded all the same, and are not sent again; the event loop is never blocked', async () => {
    receiver.respond({ status: 204, delayMs: 30 });
    // Other work of the machine delays the loop as well, but not each time.
    const delaysMs: number[] = [];
    let sent = 0;
    do {
      await tenant.emitMany(12);
      await receiver.waitFor(sent + 1);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      sent += 12;
      await holdAndRollBack(async () => {
        delay.enable();
        await receiver.waitFor(sent);
        await sleep(HOLD_MS);
        delay.disable();
      });
      delaysMs.push(delay.max / 1e6);
      await tenant.untilLogged({ status: 'DELIVERED', attempts: 1 }, 1 + sent);
    } while (delaysMs.at(-1)! >= MOST_DELAY_MS && delaysMs.length < 4);
    expect(Math.min(...delaysMs)).toBeLessThan(MOST_DELAY_MS);

    await sleep(300);
    expect(receiver.requests).toHaveLength(sent);
    expect(await host.dataSource.query('SELECT * FROM sale')).toEqual([]);
  });

  it('nothing that the module recorded before or after is undone with it', async () => {
    receiver.respondNext({ status: 500 });
    await tenant.patch(await firstTransport(), { retryScheduleSeconds: [1] });
    await tenant.emit('tried-twice');
    await receiver.waitFor(1);
    await tenant.untilLog(([newest]) => expect(newest).toMatchObject({ status: 'PENDING', attempts: 1 }));
    await holdAndRollBack(() => sleep(HOLD_MS));
    await tenant.untilLog(([newest]) => expect(newest).toMatchObject({ status: 'DELIVERED', attempts: 2 }));
    const [delivery] = await tenant.log();
    expect((await tenant.attempts(delivery!)).map(({ number }) => number)).toEqual([1, 2]);
    expect(receiver.requests).toHaveLength(2);
  });

  it('an admin who changes something waits for it and succeeds', async () => {
    const transport = await firstTransport();
    let changing: Promise<void> | undefined;
    await holdAndRollBack(async () => {
      changing = tenant.patch(transport, { maxConcurrency: 7 });
      await sleep(HOLD_MS);
    });
    await changing;
    expect(await tenant.get(transport)).toMatchObject({ maxConcurrency: 7 });
  });

  it('each transaction of the host takes less than 500 ms while the module sends a backlog', async () => {
    await tenant.emitMany(300);
    let [longestMs, rounds] = [0, 0];
    while (receiver.requests.length < 300) {
      const startedAt = performance.now();
      await host.dataSource.transaction((manager) =>
        manager.query(`INSERT INTO sale VALUES ('${rounds++}')`),
      );
      longestMs = Math.max(longestMs, performance.now() - startedAt);
      await sleep(1);
    }
    expect(rounds).toBeGreaterThan(10);
    expect(longestMs).toBeLessThan(500);
    await tenant.untilLog((log) => expect(log.every(({ status }) => status === 'DELIVERED')).toBe(true));
  });

  it('its first emit succeeds even if another process writes between each two statements', async () => {
    const fresh = await createMigratedDatabase('sqlite');
    const starting = await TestHost.start({ database: fresh, webhooks: { worker: false } });
    const other = new Sqlite(fresh.url.slice('sqlite:'.length), { timeout: 0 });
    other.exec('CREATE TABLE note (text)');
    // Once the transaction has the write lock, the other process fails, as it should.
    let writes = 0;
    const beforeQuery = ({ query }: { query: string }): void => {
      if (/^(BEGIN|COMMIT)/.test(query)) return;
      try {
        other.exec(`INSERT INTO note VALUES ('${(writes += 1)}')`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SQLITE_BUSY' });
      }
    };
    try {
      starting.dataSource.subscribers.push({ beforeQuery });
      await starting.dataSource.transaction((manager) =>
        starting.emitter.emit(
          'ORDER_SETTLED',
          { order: { Uid: '1' } },
          { tenantUid: 'acme', eventUid: 'first', manager },
        ),
      );
      starting.dataSource.subscribers.pop();
      expect(writes).toBeGreaterThan(1);
      expect(await starting.dataSource.query('SELECT event_uid FROM webhook_event')).toEqual([
        { event_uid: 'first' },
      ]);
    } finally {
      other.close();
      await starting.close();
      await fresh.drop();
    }
  });

  const firstTransport = async (): Promise<{ httpTransportUid: string }> => {
    const { body } = await tenant.api.get<{ items: { httpTransportUid: string }[] }>('/httptransports');
    return body.items[0]!;
  };
});
