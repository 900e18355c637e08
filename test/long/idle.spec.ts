import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const WATCHED_MS = 5_000;
/** Number of measured intervals. The one with the fewest transactions counts, because autovacuum adds some once a minute. */
const WATCHES = 3;
/** A session of the server that falls idle publishes its counters after ten seconds. */
const COUNTED_LATE_MS = 11_000;
const DEFAULT_POLL_MS = 250;

describe('a process on PostgreSQL that has nothing to do', () => {
  let database: TestDatabase;
  let elsewhere: TestDatabase;
  let observer: DataSource;

  beforeAll(async () => {
    database = await createDatabase('postgres');
    elsewhere = await createDatabase('postgres');
    // Its own transactions count for another database.
    observer = await new DataSource(elsewhere.options).initialize();
  });
  afterAll(async () => {
    await observer.destroy();
    await elsewhere.drop();
    await database.drop();
  });

  const transactions = async (): Promise<number> => {
    const [row] = await observer.query<{ count: number }[]>(
      'SELECT (xact_commit + xact_rollback)::float8 AS count FROM pg_stat_database WHERE datname = $1',
      [new URL(database.url).pathname.slice(1)],
    );
    return row!.count;
  };

  it('makes one transaction a second at most', async () => {
    const host = await TestHost.start({
      database,
      webhooks: { pollMs: DEFAULT_POLL_MS, environment: 'production' },
    });
    const health = host.app.get(WebhooksHealth, { strict: false });
    await eventually(async () => (await health.check()).worker.wakeUps === 'proven');
    await sleep(COUNTED_LATE_MS);
    const perSecond: number[] = [];
    try {
      for (let watch = 0; watch < WATCHES; watch += 1) {
        const before = await transactions();
        const startedAt = performance.now();
        await sleep(WATCHED_MS);
        const count = (await transactions()) - before;
        // A transaction at an end of the interval may have begun outside it, so one is not counted.
        perSecond.push((count - 1) / ((performance.now() - startedAt) / 1_000));
      }
    } finally {
      await host.close();
    }
    expect(Math.min(...perSecond)).toBeGreaterThan(0);
    expect(Math.min(...perSecond)).toBeLessThanOrEqual(1);
  }, 60_000);
});
