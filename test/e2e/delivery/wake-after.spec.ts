import { describe, expect, it } from '@jest/globals';
import BetterSqlite3 from 'better-sqlite3';
import { WebhooksHealth } from 'nestjs-tillhook';
import { fromBetterSqlite3 } from 'nestjs-tillhook/better-sqlite3';
import { fromPg } from 'nestjs-tillhook/pg';
import pg from 'pg';
import type { HostTransaction } from '../../../lib/persistence/ports/host-transaction.js';
import { eachWorker } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import type { TestHost } from '../../support/test-host.js';

/** The poll interval, in ms. A request that arrives much earlier has not waited for a poll. */
const RARE_POLL_MS = 20_000;
/** After this time, in ms, the module no longer looks for the commit of a library without hooks. */
const UNWATCHED_MS = 400;
const ON_PURPOSE = new Error('thrown on purpose');

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A transaction of a plain driver, which reports no commit. */
async function transaction<T>(
  { dataSource: { options } }: TestHost,
  work: (transaction: HostTransaction) => Promise<T>,
): Promise<T> {
  if (options.type === 'better-sqlite3') {
    const db = new BetterSqlite3(options.database);
    try {
      db.exec('BEGIN IMMEDIATE');
      const result = await work(fromBetterSqlite3(db));
      db.exec('COMMIT');
      return result;
    } finally {
      db.close();
    }
  }
  const client = new pg.Client({ connectionString: (options as { url: string }).url });
  await client.connect();
  try {
    await client.query('BEGIN');
    const result = await work(fromPg(client));
    await client.query('COMMIT');
    return result;
  } finally {
    await client.end();
  }
}

describe('wakeAfter', () => {
  eachWorker(
    (scene) => {
      const emit = (given: HostTransaction) => {
        const to = { tenantUid: scene().tenant.tenantUid, transaction: given };
        return scene().host.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, to);
      };
      /** When the fan-out of this process last looked for events. */
      const lastRound = async (): Promise<string | null> => {
        const report = await scene().host.app.get(WebhooksHealth, { strict: false }).check();
        return report.worker.rounds.fanOut.lastSuccessAt;
      };

      it('starts deliveries after the commit, and returns the result', async () => {
        const { host, receiver, tenant } = scene();
        await tenant.transport(receiver);
        const latenciesMs: number[] = [];
        for (let count = 1; count <= 5; count++) {
          const result = await host.emitter.wakeAfter(() =>
            transaction(host, async (given) => {
              await emit(given);
              await sleep(UNWATCHED_MS);
              return `order ${count}`;
            }),
          );
          const committedAt = performance.now();
          expect(result).toBe(`order ${count}`);
          await receiver.waitFor(count);
          latenciesMs.push(performance.now() - committedAt);
          await tenant.untilLogged({ status: 'DELIVERED' }, count);
        }
        // Without the wake-up it takes half a second on average on PostgreSQL, and until the next poll on SQLite.
        expect(latenciesMs.sort((a, b) => a - b)[2]).toBeLessThan(400);
      });

      it('wakes the fan-out when the function has ended, and not before', async () => {
        const { emitter } = scene().host;
        const before = await lastRound();
        let end: (value: number) => void = () => undefined;
        const ended = emitter.wakeAfter(() => new Promise<number>((resolve) => (end = resolve)));
        await sleep(300);
        expect(await lastRound()).toBe(before);
        end(7);
        expect(await ended).toBe(7);
        await eventually(async () => (await lastRound()) !== before);
      });

      it('wakes nothing if the function throws or rejects, and passes the error on', async () => {
        const { emitter } = scene().host;
        const before = await lastRound();
        await expect(emitter.wakeAfter(() => Promise.reject(ON_PURPOSE))).rejects.toBe(ON_PURPOSE);
        const throwing = (): never => {
          throw ON_PURPOSE;
        };
        expect(() => emitter.wakeAfter(throwing)).toThrow(ON_PURPOSE);
        await sleep(300);
        expect(await lastRound()).toBe(before);
      });

      it('returns the value of a synchronous function, and wakes the fan-out', async () => {
        const { emitter } = scene().host;
        const before = await lastRound();
        const values = [undefined, null, 0, 'order'].map((value) => emitter.wakeAfter(() => value));
        expect(values).toEqual([undefined, null, 0, 'order']);
        await eventually(async () => (await lastRound()) !== before);
      });
    },
    { pollMs: RARE_POLL_MS },
  );
});
