import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createMigratedDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANTS = 6;
const EMITS = 20;

describe('settings of the database or the role', () => {
  let database: TestDatabase;
  let operator: DataSource;
  let receiver: Receiver;
  let log: LogCapture;
  const hosts: TestHost[] = [];

  beforeEach(async () => {
    database = await createMigratedDatabase('postgres');
    operator = await new DataSource(database.options).initialize();
    receiver = await Receiver.start();
    log = new LogCapture();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.close();
    await operator.destroy();
    await database.drop();
    await receiver.close();
  });

  const set = (setting: string): Promise<unknown> =>
    operator.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET ${setting}`);
  const start = async (): Promise<TestHost> => {
    const host = await TestHost.start({ database, logger: log });
    hosts.push(host);
    return host;
  };

  it.each(['serializable', 'repeatable read'])(
    'such as default_transaction_isolation = %s make no round of two workers fail',
    async (isolation) => {
      await set(`default_transaction_isolation = '${isolation}'`);
      const [host, other] = [await start(), await start()];
      const tenants = Array.from({ length: TENANTS }, () => new TenantClient(host));
      for (const [index, tenant] of tenants.entries())
        await tenant.transport(receiver, {}, { ordered: index % 2 === 0 });
      const emitters = tenants.flatMap((tenant) =>
        [host, other].map(async ({ emitter }) => {
          for (let n = 0; n < EMITS; n += 1) {
            const orderingKey = `till-${n % 3}`;
            await emitter.emit(
              'ORDER_SETTLED',
              { order: { Uid: String(n) } },
              { tenantUid: tenant.tenantUid, orderingKey },
            );
          }
        }),
      );
      await Promise.all(emitters);
      await receiver.waitFor(TENANTS * EMITS * 2, 20_000);
      for (const tenant of tenants)
        await tenant.untilLog((entries) => {
          expect(entries).toHaveLength(EMITS * 2);
          expect(entries.every(({ status }) => status === 'DELIVERED')).toBe(true);
        });
      expect(log.at('warn', /./).filter((line) => !/DataSourceNameRegistry/.test(line))).toEqual([]);
      expect(log.at('error', /./)).toEqual([]);
    },
    60_000,
  );

  it('such as statement_timeout and lock_timeout do not decide how long the module waits', async () => {
    // Enough for a query of the start on a busy machine.
    await set('statement_timeout = 200');
    await set('lock_timeout = 1');
    await operator.destroy();
    operator = await new DataSource(database.options).initialize();
    const host = await start();
    // The host's own connections keep the settings of the host.
    await expect(host.dataSource.query('SELECT pg_sleep(1)')).rejects.toThrow(/statement timeout/);
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await tenant.emit();
    await tenant.untilLogged({ status: 'DELIVERED' });
  });

  it('stay as they are in a session of the host in which it emits: enable_seqscan is on', async () => {
    const host = await start();
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await host.dataSource.transaction(async (manager) => {
      await host.emitter.emit(
        'ORDER_SETTLED',
        { order: { Uid: '1' } },
        { tenantUid: tenant.tenantUid, manager },
      );
      const [row] = await manager.query<{ scan: string }[]>(
        `SELECT current_setting('enable_seqscan') AS scan`,
      );
      expect(row).toEqual({ scan: 'on' });
    });
    await tenant.untilLogged({ status: 'DELIVERED' });
  });

  it('are not needed to limit the wait of an emit: by itself it gives up with DATABASE_BUSY when another transaction holds the same eventUid for long', async () => {
    const host = await start();
    const emit = (manager?: DataSource['manager']): Promise<unknown> =>
      host.emitter.emit(
        'ORDER_SETTLED',
        { order: { Uid: '1' } },
        { tenantUid: 'shop', eventUid: 'job-1', manager },
      );
    await host.dataSource.transaction(async (manager) => {
      await emit(manager);
      const startedAt = performance.now();
      await expect(emit()).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    });
    await expect(emit()).resolves.toEqual({ eventUid: 'job-1' });
  });
});
