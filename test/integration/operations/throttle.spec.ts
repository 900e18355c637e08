import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ThrottleRepository } from '../../../lib/persistence/repositories/throttle.repository.js';
import { eachDatabase } from '../../support/databases.js';
import { TestHost } from '../../support/test-host.js';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const HOUR_MS = 3_600_000;
/** How much the estimates of the database's clock of two processes may differ on a busy machine, in ms. */
const CLOCKS_MS = 100;

describe('turns that processes share', () => {
  eachDatabase((database) => {
    let hosts: TestHost[];
    let throttles: ThrottleRepository[];

    beforeAll(async () => {
      const start = () => TestHost.start({ database: database(), webhooks: { worker: false } });
      hosts = [await start(), await start()];
      throttles = hosts.map((host) => host.app.get(ThrottleRepository, { strict: false }));
    });
    afterAll(async () => {
      for (const host of hosts ?? []) await host.close();
    });

    it('are as many as the burst, however many ask at once in however many processes', async () => {
      const waits = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          throttles[index % 2]!.take('many', { intervalMs: HOUR_MS, burst: 7 }),
        ),
      );
      expect(waits.filter((wait) => wait === 0)).toHaveLength(7);
      for (const wait of waits) if (wait > 0) expect(Math.abs(wait - HOUR_MS)).toBeLessThan(5_000);
    });

    it('come one per interval, after the wait that was returned and not before', async () => {
      const throttle = { intervalMs: 2_000, burst: 1 };
      expect(await throttles[0]!.take('one', throttle)).toBe(0);
      const wait = await throttles[1]!.take('one', throttle);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(throttle.intervalMs + CLOCKS_MS);
      await sleep(wait + CLOCKS_MS);
      expect(await throttles[1]!.take('one', throttle)).toBe(0);
      expect(await throttles[0]!.take('one', throttle)).toBeGreaterThan(0);
    });

    it('are not saved up beyond the burst', async () => {
      const throttle = { intervalMs: 50, burst: 2 };
      await throttles[0]!.take('saved', throttle);
      await sleep(500);
      const slow = { intervalMs: HOUR_MS, burst: 2 };
      const waits = [];
      for (let turn = 0; turn < 3; turn += 1) waits.push(await throttles[0]!.take('saved', slow));
      expect(waits).toEqual([0, 0, expect.any(Number)]);
      expect(waits[2]).toBeGreaterThan(0);
    });

    it('are forgotten an hour after they are all free again', async () => {
      const { dataSource } = hosts[0]!;
      const insert = (subject: string, freeAt: number): Promise<unknown> =>
        dataSource.query(`INSERT INTO webhook_throttle (subject, free_at) VALUES ('${subject}', ${freeAt})`);
      await insert('old', Date.now() - HOUR_MS - 60_000);
      await insert('young', Date.now() - HOUR_MS + 60_000);
      await throttles[0]!.take('anything', { intervalMs: 1, burst: 1 });
      const rows = await dataSource.query<{ subject: string }[]>('SELECT subject FROM webhook_throttle');
      expect(rows.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['young', 'anything']));
      expect(rows.map(({ subject }) => subject)).not.toContain('old');
    });
  });
});
