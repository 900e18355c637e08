import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { createClient } from 'redis';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';
import { RedisServer } from './redis-server.js';

const POLL_MS = 5_000;
const AT_ONCE_MS = 1_000;

describe('wake-ups through Redis', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let receiver: Receiver;
  let api: TestHost;
  let worker: TestHost;
  let tenant: TenantClient;

  beforeEach(async () => {
    redis = await RedisServer.start();
    database = await createDatabase('postgres');
    receiver = await Receiver.start();
    const webhooks = { pollMs: POLL_MS, wakeUps: { redis: createClient({ url: redis.url }) } };
    api = await TestHost.start({ database, webhooks: { ...webhooks, worker: false } });
    worker = await TestHost.start({ database, webhooks: { ...webhooks, controllers: false } });
    tenant = new TenantClient(api);
    await tenant.transport(receiver);
    await until('proven');
  });
  afterEach(async () => {
    await worker.close();
    await api.close();
    await receiver.close();
    await redis.stop();
    await database.drop();
  });

  const until = (state: string): Promise<true> =>
    eventually(
      async () => {
        const { worker: seen } = await worker.app.get(WebhooksHealth, { strict: false }).check();
        return seen.wakeUps === state;
      },
      { withinMs: 20_000 },
    );

  it('deliver at once what another process has emitted, without LISTEN on PostgreSQL', async () => {
    for (let count = 1; count <= 3; count += 1) {
      await tenant.emit();
      await receiver.waitFor(count, AT_ONCE_MS);
    }
    const listening = await api.dataSource.query<object[]>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );
    expect(listening).toEqual([]);
  });

  it('are replaced by polling while the server is away, and come back with it; nothing is lost', async () => {
    await redis.kill();
    await until('unproven');
    await tenant.emit();
    await receiver.waitFor(1, POLL_MS + AT_ONCE_MS);
    await redis.begin();
    await until('proven');
    await tenant.emit();
    await receiver.waitFor(2, AT_ONCE_MS);
  }, 60_000);
});
