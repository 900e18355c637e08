import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { keyOf, type Arrival } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { shortestLease } from './support/sizes.js';

const TIMEOUT_MS = 500;
const EVENTS = 60;
const AT_ONCE = 4;
const RESPONSE_DELAY_MS = 60;
/** Number of requests that have got a response when the process is ended. */
const RESPONSES = 20;
/** A response is recorded within this time, also on a busy machine. */
const RECORDED_WITHIN_MS = 1_000;

const UNORDERED = 0;
const ORDERED = 1;

describe.each(DATABASE_KINDS)('a process that is ended in mid-delivery on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  /** Half of the events go to an ordered webhook. @returns the events, all of which must be delivered: `receiver/event` */
  const sendUntilHalfway = async (): Promise<{ emitted: string[] }> => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: 50,
      transportConcurrency: AT_ONCE,
    };
    scene = await Scene.open({ database: await createDatabase(kind), receivers: 2, webhooks });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: RESPONSE_DELAY_MS });
    await scene.route({ tenantUid: 'unordered', receiver: UNORDERED });
    await scene.route({ tenantUid: 'ordered', receiver: ORDERED, ordered: true });
    const unordered = await scene.emitMany('unordered', EVENTS / 2);
    const ordered: string[] = [];
    for (let n = 0; n < EVENTS / 2; n += 1) ordered.push(await scene.emit('ordered', `key-${n % 3}`));
    await scene.startWorker();
    await eventually(() => receivers.delivered().size >= RESPONSES && receivers.openAt(UNORDERED) > 0);
    return {
      emitted: [
        ...unordered.map((uid) => `${UNORDERED}/${uid}`),
        ...ordered.map((uid) => `${ORDERED}/${uid}`),
      ],
    };
  };

  const goOn = async (): Promise<void> => {
    await scene.startWorker();
    await scene.untilLog({ DELIVERED: EVENTS }, 30_000);
  };

  it('with SIGKILL loses nothing, and repeats only what was under way or not yet recorded', async () => {
    const { emitted } = await sendUntilHalfway();
    const [worker] = scene.workers;
    const killedAt = Date.now();
    expect(await worker!.kill()).toMatchObject({ signal: 'SIGKILL' });
    await goOn();

    const { arrivals } = scene.receivers;
    expect([...scene.receivers.delivered().keys()].sort()).toEqual([...emitted].sort());
    const repeated = new Map<string, Arrival[]>();
    for (const arrival of arrivals)
      repeated.set(keyOf(arrival), [...(repeated.get(keyOf(arrival)) ?? []), arrival]);
    for (const [first, ...again] of repeated.values()) {
      if (again.length === 0) continue;
      expect(again).toHaveLength(1);
      expect(first!.sender).toBe(worker!.name);
      expect(first!.endedAt! + RECORDED_WITHIN_MS).toBeGreaterThanOrEqual(killedAt);
      // The repeat is the same attempt, because the first request was not recorded.
      expect(again[0]).toMatchObject({
        attempt: first!.attempt,
        deliveryUid: first!.deliveryUid,
        body: first!.body,
      });
    }
    expectOrder(arrivals, emitted);
  });

  it('with SIGTERM finishes and records what is under way, releases its lanes at once, and exits with 0', async () => {
    const { emitted } = await sendUntilHalfway();
    const [worker] = scene.workers;
    expect(await worker!.terminate()).toEqual({ exitCode: 0, signal: null });
    const endedAt = Date.now();
    const { arrivals } = scene.receivers;
    expect(arrivals.every(({ status }) => status === 204)).toBe(true);
    expect((await scene.log())['DELIVERED']).toBe(arrivals.length);
    await goOn();

    expect(arrivals.map(keyOf).sort()).toEqual([...emitted].sort());
    // No lane was claimed after an expired lease, which would count as a crash: the first process has released them all.
    const next = arrivals.find(({ sender }) => sender !== worker!.name)!;
    const lanes = await scene.host.dataSource.query<unknown[]>(
      'SELECT 1 FROM webhook_lane WHERE crashes > 0',
    );
    expect(lanes).toEqual([]);
    expect(next.at).toBeGreaterThanOrEqual(endedAt - 50);
    expectOrder(arrivals, emitted);
  });

  /** The events of each key arrived in the order in which they were emitted; a repeat may follow the first time. */
  const expectOrder = (arrivals: readonly Arrival[], emitted: readonly string[]): void => {
    const ordered = emitted.filter((key) => key.startsWith(`${ORDERED}/`));
    for (const key of [0, 1, 2]) {
      const ofKey = ordered.filter((_, index) => index % 3 === key);
      const arrived = arrivals.map(keyOf).filter((one) => ofKey.includes(one));
      expect(arrived.filter((one, index) => one !== arrived[index - 1])).toEqual(ofKey);
    }
  };
});
