import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PostgresCluster } from '../../scripts/postgres.mjs';
import { DataSource } from 'typeorm';
import { PostgresDatabase } from '../../lib/persistence/postgres/postgres-database.js';
import { WebhooksWorker } from '../../lib/webhooks.worker.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { TestHost } from '../support/test-host.js';
import { startCluster } from './support/cluster.js';
import { LOOPBACK, Scene } from './support/scene.js';
import { IS_FULL, shortestLease, sized, sleep } from './support/sizes.js';
import { TcpLink } from './support/tcp-link.js';

const { outageMs, aroundMs } = sized(
  { outageMs: 2_000, aroundMs: 700 },
  { outageMs: 60_000, aroundMs: 5_000 },
);
const RECEIVERS = 4;
const WORKERS = 2;
const TIMEOUT_MS = 500;
const LEASE_MS = shortestLease(TIMEOUT_MS);
const POLL_MS = 100;
/** How often a process may say that its database is away: at first for each thing it does, then ever more rarely. */
const MOST_LINES = 40;
/** Time after which a query without a response fails. */
const QUERY_TIMEOUT_MS = 30_000;
/** Time after which the server ends an idle transaction. */
const IDLE_TIMEOUT_MS = 10_000;

/** How long the module waits for its connections to close. */
const GOODBYE_MS = 5_000;
const DRAIN_MS = 1_000;
/** How late a timer may be on a busy machine. */
const NOTICED_MS = 500;

let scene: Scene;
let cluster: PostgresCluster;
let link: TcpLink;
/** The database, reached through `link`. */
let linked: { type: 'postgres'; url: string };
beforeEach(async () => {
  const started = await startCluster();
  cluster = started.cluster;
  link = await TcpLink.to(Number(new URL(cluster.url).port));
  linked = { type: 'postgres', url: link.through(cluster.url) };
  const webhooks = { timeoutMs: TIMEOUT_MS, leaseMs: LEASE_MS, pollMs: POLL_MS };
  scene = await Scene.open({ database: started.database, receivers: RECEIVERS, webhooks });
  scene.receivers.respond = () => ({ status: 204, afterMs: Math.random() * 100 });
  for (let n = 0; n < RECEIVERS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
}, 30_000);
afterEach(async () => {
  await link.close();
  await scene.close();
});

describe('a PostgreSQL that is stopped hard under load and started again', () => {
  it(
    'ends no process, floods no log, fails emits fast with typed errors, and loses no event',
    async () => {
      const workers = await scene.startWorkers(WORKERS);
      const emits = new Emits(scene);
      await sleep(aroundMs);
      await cluster.crash();
      await sleep(outageMs);
      await cluster.restart();
      await sleep(aroundMs);
      await emits.stop();

      const allArrived = () => emits.missing().length === 0;
      await eventually(allArrived, { what: 'all to arrive', withinMs: LEASE_MS + 15_000 });
      await eventually(async () => (await scene.log()).PENDING === undefined);
      expect(emits.failures.length).toBeGreaterThan(0);
      const unlike = emits.failures.filter(
        ({ code, tookMs }) => code !== 'DATABASE_UNAVAILABLE' || tookMs > 5_000,
      );
      expect(unlike).toEqual([]);
      expect(workers.map(({ isRunning }) => isRunning)).toEqual(workers.map(() => true));
      for (const { log } of workers) expect(log.length).toBeLessThan(MOST_LINES);
    },
    sized(60_000, 180_000),
  );
});

describe('a process whose packets to and from the database are lost', () => {
  it('leaves its work to others, and comes back by itself', async () => {
    const parted = await scene.startWorker({ database: linked });
    const emits = new Emits(scene);
    const ofParted = () => scene.receivers.arrivals.filter(({ sender }) => sender === parted.name);
    await eventually(() => ofParted().length > RECEIVERS);
    link.silence();
    const silentAt = Date.now();
    const other = await scene.startWorker();
    const ofOther = () => scene.receivers.arrivals.filter(({ sender }) => sender === other.name);
    const areAllTakenOver = () => new Set(ofOther().map(({ receiver }) => receiver)).size === RECEIVERS;
    await eventually(areAllTakenOver, { what: 'all to be taken over', withinMs: LEASE_MS + 15_000 });

    link.reopen();
    // A query that waits for a response on a half-open connection gives up after half a minute. A short run does not test that.
    if (!IS_FULL) link.cut();
    await other.terminate();
    const cameBack = () => ofParted().some(({ at }) => at > silentAt + LEASE_MS);
    await eventually(cameBack, { what: 'it to come back', withinMs: QUERY_TIMEOUT_MS + 10_000 });
    await emits.stop();
    const allArrived = () => emits.missing().length === 0;
    await eventually(allArrived, { what: 'all to arrive', withinMs: 60_000 });
    expect(emits.failures).toEqual([]);
  }, 120_000);

  it('drains within its limit plus one second for the last write, whichever query was under way', async () => {
    const webhooks = { drainTimeoutMs: DRAIN_MS, pollMs: POLL_MS, timeoutMs: TIMEOUT_MS, egress: LOOPBACK };
    const logger = new LogCapture();
    const host = await TestHost.start({ database: { ...scene.database, options: linked }, webhooks, logger });
    const emits = new Emits(scene);
    await eventually(() => scene.receivers.arrivals.length > RECEIVERS);
    link.silence();
    // Long enough that each periodic query has been sent and waits for its result.
    await sleep(1_500);
    const startedAt = performance.now();
    await host.app.get(WebhooksWorker).drain();
    expect(performance.now() - startedAt).toBeLessThan(DRAIN_MS + 1_000 + NOTICED_MS);
    // The shutdown does not wait either for a query that gets no response.
    const goodbyeAt = performance.now();
    await host.app.get(WebhooksWorker).onApplicationShutdown();
    expect(performance.now() - goodbyeAt).toBeLessThan(GOODBYE_MS + NOTICED_MS);
    link.cut();
    await host.close();
    await emits.stop();
  }, 60_000);

  if (IS_FULL) {
    it('fails an emit with a typed error, and within the time-out of a query', async () => {
      const database = { ...scene.database, options: linked };
      const host = await TestHost.start({ database, webhooks: { worker: false } });
      link.silence();
      const startedAt = performance.now();
      const emit = host.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: 'tenant-0' });
      await expect(emit).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      expect(performance.now() - startedAt).toBeLessThan(QUERY_TIMEOUT_MS + 2_000);
      link.cut();
      await host.close();
    }, 60_000);

    it('holds nobody up with a transaction that it left open, and gives it up when a query has timed out', async () => {
      const parted = new PostgresDatabase(new DataSource(linked), 2);
      await parted.open();
      const startedAt = performance.now();
      const leftOpen = parted.transaction(async (client) => {
        await client.query('UPDATE webhook_lane SET version = version');
        link.silence();
        await client.query('SELECT 1');
      });
      const gaveUp = expect(leftOpen).rejects.toThrow(/timeout/i);
      await eventually(() => performance.now() - startedAt > 1_000);
      await scene.host.dataSource.query('UPDATE webhook_lane SET version = version');
      expect(performance.now() - startedAt).toBeLessThan(IDLE_TIMEOUT_MS + 2_000);
      await gaveUp;
      expect(performance.now() - startedAt).toBeLessThan(QUERY_TIMEOUT_MS + 2_000);
      link.cut();
      await parted.close();
    }, 60_000);
  }
});

interface Failure {
  readonly code: unknown;
  readonly tookMs: number;
}

/** Emits at a steady rate for each receiver until it is stopped, and goes on when an emit fails. */
class Emits {
  /** Committed events, all of which must be delivered: `receiver/event`. */
  readonly committed: string[] = [];
  readonly failures: Failure[] = [];
  #isStopped = false;
  readonly #running: Promise<unknown>;

  constructor(private readonly scene: Scene) {
    this.#running = Promise.all(Array.from({ length: RECEIVERS }, (_, n) => this.#run(n)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  missing(): string[] {
    const delivered = this.scene.receivers.delivered();
    return this.committed.filter((key) => !delivered.has(key));
  }

  async #run(receiver: number): Promise<void> {
    while (!this.#isStopped) {
      const startedAt = performance.now();
      try {
        this.committed.push(`${receiver}/${await this.scene.emit(`tenant-${receiver}`)}`);
      } catch (error) {
        const { code } = error as { code?: unknown };
        this.failures.push({ code, tookMs: performance.now() - startedAt });
      }
      await sleep(30);
    }
  }
}
