import { afterEach, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { createDatabase } from '../support/databases.js';
import type { HostProcess } from './support/host-process.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { transactions, heldMs, kills, everyMs } = sized(
  { transactions: 5, heldMs: 1_000, kills: 2, everyMs: 1_500 },
  { transactions: 30, heldMs: 3_000, kills: 15, everyMs: 6_000 },
);
const WORKERS = 2;
const RECEIVERS = 4;
const PER_TRANSACTION = 20;
/** Pause between two transactions of the host, in ms. */
const GAP_MS = 200;
const TIMEOUT_MS = 500;
/** How long the module may keep an event loop busy; a short run shares the machine with other tests. */
const LONGEST_BLOCK_MS = sized(250, 50);

let scene: Scene;
afterEach(() => scene.close());

it(
  'on SQLite, no event is lost although processes are killed and transactions of the host stay open for seconds',
  async () => {
    const webhooks = { timeoutMs: TIMEOUT_MS, leaseMs: shortestLease(TIMEOUT_MS), pollMs: 50 };
    scene = await Scene.open({ database: await createDatabase('sqlite'), receivers: RECEIVERS, webhooks });
    const { receivers, host } = scene;
    receivers.respond = () => ({ status: 204, afterMs: Math.random() * 50 });
    for (let n = 0; n < RECEIVERS; n += 1) {
      await scene.route({ tenantUid: `tenant-${n}`, receiver: n, ordered: n % 2 === 0 });
    }
    // This process does nothing, on a file of its own, so delays of its event loop come from the machine.
    const idle = await createDatabase('sqlite');
    const bystander = await scene.startWorker({ database: idle.options, webhooks: { runMigrations: true } });
    await scene.startWorkers(WORKERS);
    await watch(scene.running);

    const emitted: string[] = [];
    const independent: Promise<void>[] = [];
    const holdTransactions = async (): Promise<void> => {
      for (let n = 0; n < transactions; n += 1) {
        await host.dataSource.transaction(async (manager) => {
          for (let m = 0; m < PER_TRANSACTION; m += 1) {
            const tenantUid = `tenant-${m % RECEIVERS}`;
            const options = { tenantUid, orderingKey: `key-${m % 3}`, manager };
            const event = await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, options);
            emitted.push(`${m % RECEIVERS}/${event.eventUid}`);
          }
          // Waits for the transaction, and keeps nobody else waiting.
          const meanwhile = scene.emit(`tenant-${n % RECEIVERS}`);
          independent.push(meanwhile.then((uid) => void emitted.push(`${n % RECEIVERS}/${uid}`)));
          await sleep(heldMs);
        });
        await sleep(GAP_MS);
      }
    };
    const killAtRandom = async (): Promise<void> => {
      for (let n = 0; n < kills; n += 1) {
        await sleep(everyMs);
        const workers = scene.running.filter((worker) => worker !== bystander);
        const victim = workers[Math.floor(Math.random() * workers.length)]!;
        await victim.kill();
        await watch([await scene.startWorker()]);
      }
    };
    await Promise.all([holdTransactions(), killAtRandom()]);
    await Promise.all(independent);
    await scene.untilLog({ DELIVERED: emitted.length }, 60_000);
    const [byMachine, ...byWorkers] = await Promise.all(
      [bystander, ...scene.running].map((worker) => worker.ask('longestLoopDelay')),
    );

    const delivered = receivers.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    for (const { log } of scene.workers) expect(log.filter((line) => /busy|locked/i.test(line))).toEqual([]);
    expect(Math.max(...byWorkers)).toBeLessThan(LONGEST_BLOCK_MS + byMachine!);
    const file = new Database((scene.database.options as { database: string }).database, { readonly: true });
    expect(file.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    file.close();
    await bystander.kill();
    await idle.drop();
  },
  sized(60_000, 300_000),
);

async function watch(workers: readonly HostProcess[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.ask('watchLoop')));
}
