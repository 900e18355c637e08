import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS, type DatabaseKind } from '../support/test-database.js';
import { countedAttempts, endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { IS_FULL, sized, sleep } from './support/sizes.js';

const { kills, killAfterMs, deliveries } = sized(
  { kills: 6, killAfterMs: 300, deliveries: 3 },
  { kills: 15, killAfterMs: 1_500, deliveries: 100 },
);
const RECEIVER_MS = 3_000;
const RETRY_MS = 300;
/**
 * Maximum number of requests in flight of a transport. In quarantine mode, deliveries are sent one at a time until three times this
 * number have an outcome.
 */
const CAP = 8;
const JITTER = 0.2;
/** A busy machine may notice an arrival this much later than it happened. */
const UNSURE_MS = 50;
/** How often the last attempt may be repeated because the process crashed. */
const MOST_REPEATS = 3;

let scene: Scene;
afterEach(() => scene.close());

describe('a process that is killed again and again while a receiver works', () => {
  const open = async (kind: DatabaseKind, retries: number): Promise<void> => {
    const retryScheduleMs = Array.from({ length: retries }, () => RETRY_MS);
    scene = await Scene.open({ database: await createDatabase(kind), webhooks: { retryScheduleMs } });
    scene.receivers.respond = () => ({ status: 204, afterMs: RECEIVER_MS });
    await scene.route({ tenantUid: 'shop', receiver: 0 });
  };
  const hasFailed = async (): Promise<boolean> =>
    Object.keys(await scene.log()).some((status) => status.startsWith('FAILED'));

  /** Starts a process and kills it before the receiver responds. @returns the time of the kill, or undefined if the process had nothing to send */
  const crash = async (): Promise<number | undefined> => {
    const worker = await scene.startWorker();
    const startedAt = Date.now();
    const hasSent = (): boolean => scene.receivers.arrivals.some(({ sender }) => sender === worker.name);
    await eventually(async () => hasSent() || (await hasFailed()), { what: 'a request' });
    await sleep(Math.max(UNSURE_MS, startedAt + killAfterMs - Date.now()));
    await worker.kill();
    const killedAt = Date.now();
    await endLeasesIn(scene.host.dataSource, -1);
    return hasSent() ? killedAt : undefined;
  };

  it.each(sized<readonly DatabaseKind[]>(['postgres'], DATABASE_KINDS))(
    'fails no delivery on %s: each crash counts as one failed attempt at most, and a process that stays alive delivers',
    async (kind) => {
      await open(kind, 2 * kills);
      await scene.emitMany('shop', deliveries);
      const killedAt: number[] = [];
      for (let n = 0; n < kills; n += 1) {
        killedAt.push((await crash()) ?? Infinity);
        expect(await scene.log()).toEqual({ PENDING: deliveries });
      }
      await scene.startWorker();
      await scene.untilLog({ DELIVERED: deliveries }, 20_000 + (3 * CAP + deliveries / CAP) * RECEIVER_MS);

      const { arrivals } = scene.receivers;
      const attempts = await countedAttempts(scene.host.dataSource);
      expect(attempts.some(({ errorCode }) => errorCode === 'WORKER_CRASHED')).toBe(true);
      for (const id of new Set(attempts.map(({ deliveryId }) => deliveryId))) {
        const own = attempts.filter(({ deliveryId }) => deliveryId === id);
        expect(own.map(({ number }) => number)).toEqual(own.map((_, index) => index + 1));
        expect(own.slice(0, -1).map(({ errorCode }) => errorCode)).toEqual(
          own.slice(0, -1).map(() => 'WORKER_CRASHED'),
        );
        expect(own.length - 1).toBeLessThanOrEqual(kills);
      }
      for (const uid of new Set(arrivals.map(({ deliveryUid }) => deliveryUid))) {
        const own = arrivals.filter(({ deliveryUid }) => deliveryUid === uid);
        for (const [index, next] of own.slice(1).entries()) {
          const before = own[index]!;
          expect([before.attempt, before.attempt + 1]).toContain(next.attempt);
          const crashedAt = killedAt.find((at) => at > before.at)!;
          if (next.attempt > before.attempt) {
            expect(next.at - crashedAt).toBeGreaterThan(RETRY_MS * (1 - JITTER) - UNSURE_MS);
          }
        }
      }
    },
    sized(90_000, 300_000),
  );

  it.each(sized<readonly DatabaseKind[]>(['sqlite'], DATABASE_KINDS))(
    'repeats the last attempt on %s after a crash, and delivers when a process stays alive for the third repeat',
    async (kind) => {
      await open(kind, 1);
      await scene.emit('shop');
      const lastAttempts = (): number =>
        scene.receivers.arrivals.filter(({ attempt }) => attempt === 2).length;
      for (let n = 0; n < 8 && lastAttempts() < MOST_REPEATS; n += 1) {
        await crash();
        expect(await scene.log()).toEqual({ PENDING: 1 });
      }
      expect(lastAttempts()).toBe(MOST_REPEATS);
      await scene.startWorker();
      await scene.untilLog({ DELIVERED: 1 }, 20_000);
    },
    60_000,
  );

  // The short run tests this with a poison delivery.
  if (IS_FULL)
    it.each(DATABASE_KINDS)(
      'gives a delivery up on %s with WORKER_CRASHED after its attempts and three repeats of the last one',
      async (kind) => {
        await open(kind, 1);
        await scene.emit('shop');
        while ((await crash()) !== undefined) {
          expect(scene.receivers.arrivals.length).toBeLessThanOrEqual(2 + 2 + MOST_REPEATS);
        }
        expect(await scene.log()).toEqual({ 'FAILED WORKER_CRASHED': 1 });
        const { arrivals } = scene.receivers;
        expect(arrivals.filter(({ attempt }) => attempt === 2)).toHaveLength(1 + MOST_REPEATS);
      },
      60_000,
    );
});
