import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { PollLoop } from '../../../lib/timing/poll-loop.js';
import { eventually } from '../../support/eventually.js';

const FOREVER_MS = 3_600_000;

describe('PollLoop', () => {
  const loops: PollLoop[] = [];
  afterEach(() => Promise.all(loops.splice(0).map((loop) => loop.stop())));

  const start = (round: () => Promise<boolean>, pollMs = FOREVER_MS) => {
    const failures: number[] = [];
    const loop = new PollLoop({ pollMs, round, onError: (_, count) => failures.push(count) });
    loops.push(loop);
    loop.start();
    return { loop, failures };
  };

  it('goes on at once while there is more to do, then waits for the poll', async () => {
    let rounds = 0;
    start(() => Promise.resolve(++rounds % 3 !== 0), 40);
    await sleep(15);
    expect(rounds).toBe(3);
    await eventually(() => rounds === 6, { withinMs: 1_000 });
  });

  it('does not wait when it is woken', async () => {
    let rounds = 0;
    const { loop } = start(() => Promise.resolve(++rounds < 0));
    await eventually(() => rounds === 1);
    loop.wake();
    await eventually(() => rounds === 2);
  });

  it('rests after a round that asks for a rest, but not when it is woken', async () => {
    let rounds = 0;
    const loop = new PollLoop({
      pollMs: 1,
      round: async () => {
        rounds += 1;
        await sleep(100);
        return 'rest';
      },
      onError: () => undefined,
    });
    loops.push(loop);
    loop.start();
    await sleep(350);
    expect(rounds).toBe(1);
    loop.wake();
    await eventually(() => rounds === 2, { withinMs: 500 });
  });

  it('loses no wake-up that comes during a round, and runs one round for several wake-ups', async () => {
    let rounds = 0;
    let wakes = 0;
    const { loop } = start(async () => {
      rounds += 1;
      await sleep(10);
      if (wakes++ < 3) for (let count = 0; count < 5; count++) loop.wake();
      return false;
    });
    await eventually(() => rounds === 4);
    await sleep(30);
    expect(rounds).toBe(4);
  });

  it('runs one round at a time', async () => {
    let [underWay, most, rounds] = [0, 0, 0];
    const { loop } = start(async () => {
      most = Math.max(most, ++underWay);
      await sleep(2);
      underWay -= 1;
      return ++rounds < 20;
    });
    for (let count = 0; count < 20; count++) {
      loop.wake();
      loop.start();
      await sleep(1);
    }
    await eventually(() => rounds >= 20);
    expect(most).toBe(1);
  });

  it('pauses longer after each failure in a row, woken or not, and starts afresh after a success', async () => {
    const at: number[] = [];
    const { loop, failures } = start(() => {
      at.push(performance.now());
      return at.length === 3 ? Promise.resolve(true) : Promise.reject(new Error('on purpose'));
    });
    const wake = setInterval(() => loop.wake(), 5);
    await eventually(() => at.length === 5);
    clearInterval(wake);
    expect(failures.slice(0, 4)).toEqual([1, 2, 1, 2]);
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses[0]).toBeGreaterThanOrEqual(95);
    expect(pauses[1]).toBeGreaterThanOrEqual(195);
    // Otherwise this pause would be 400 ms.
    expect(pauses[2]).toBeLessThan(350);
    expect(pauses[3]).toBeGreaterThanOrEqual(95);
  });

  it('stops after the round that is under way, and never starts another', async () => {
    let rounds = 0;
    const { loop } = start(async () => {
      rounds += 1;
      await sleep(30);
      return true;
    });
    await sleep(5);
    await loop.stop();
    const ended = rounds;
    loop.wake();
    loop.start();
    await sleep(50);
    expect(rounds).toBe(ended);
  });

  it('stops at once from its pauses, and before it was started', async () => {
    const { loop } = start(() => Promise.resolve(false));
    await sleep(5);
    await loop.stop();
    const failing = start(() => Promise.reject(new Error('on purpose')));
    await eventually(() => failing.failures.length === 3);
    const startedAt = performance.now();
    await failing.loop.stop();
    // Otherwise it would wait for the pause after the third failure: 400 ms.
    expect(performance.now() - startedAt).toBeLessThan(350);
    await new PollLoop({ pollMs: 1, round: () => Promise.resolve(true), onError: () => undefined }).stop();
  });
});
