import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordEntry } from '../../../../lib/delivery/recording/record-entry.js';
import { delivered, retried } from '../../../support/attempt-records.js';
import { eventually } from '../../../support/eventually.js';
import { outage } from '../../../support/keeping-record-store.js';
import { queued } from '../../../support/lanes.js';
import { FULL_GROUP, numbers, RecorderScene, turn } from '../../../support/recorder-scene.js';

const parked = (deliveryId: number) => ({ transportId: 1, dueAt: 1_000, deliveryId });

describe('Recorder', () => {
  afterEach(() => RecorderScene.stopAll());
  it('writes entries that come together in one group, in order, and then reports them', async () => {
    const scene = new RecorderScene();
    scene.addAll(numbers(FULL_GROUP - 1));
    expect(scene.written).toEqual([]);
    await eventually(() => scene.written.length === FULL_GROUP - 1);
    expect(scene.store.groups).toHaveLength(1);
    expect(scene.store.groups[0]!.now).toBe(5_000);
    expect([scene.store.deliveries, scene.written]).toEqual([
      numbers(FULL_GROUP - 1),
      numbers(FULL_GROUP - 1),
    ]);
  });

  it('writes a full group without waiting for more', async () => {
    const scene = new RecorderScene();
    scene.addAll(numbers(FULL_GROUP));
    await turn();
    expect(scene.store.underWay).toBe(1);
    await eventually(() => scene.store.groups.length === 1);
  });

  it('writes a large backlog in groups of a bounded size, in order', async () => {
    const scene = new RecorderScene();
    scene.store.delayMs = 20;
    scene.addAll(numbers(FULL_GROUP * 10));
    await eventually(() => scene.written.length === FULL_GROUP * 10);
    const sizes = scene.store.groups.map(({ attempts }) => attempts.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * FULL_GROUP);
    expect(scene.written).toEqual(numbers(FULL_GROUP * 10));
  });

  it('excludes parkings from the number of outcomes that wait', async () => {
    const scene = new RecorderScene();
    scene.store.delayMs = 50;
    for (const id of numbers(3)) scene.add(id);
    for (const id of numbers(500)) scene.add(1_000 + id, { attempt: undefined, parked: parked(1_000 + id) });
    expect(scene.recorder.backlog).toBeLessThanOrEqual(3);
    await eventually(() => scene.written.length === 503);
    expect(scene.recorder.backlog).toBe(0);
  });

  it('writes the outcome of an ordered delivery without waiting for more, since the next of its key waits', async () => {
    const scene = new RecorderScene();
    scene.add(1, { attempt: delivered(queued(1, { orderingKey: 'till-1' })) });
    await turn();
    expect(scene.store.underWay).toBe(1);
    await eventually(() => scene.written.length === 1);
  });

  describe('while a group is under way', () => {
    const first = async () => {
      const scene = new RecorderScene();
      scene.store.delayMs = 100;
      scene.addAll(numbers(FULL_GROUP));
      await turn();
      expect(scene.store.underWay).toBe(1);
      return scene;
    };
    const from = (start: number, count: number) => numbers(count).map((number) => start + number);

    it('lets a full one follow it, and no third', async () => {
      const scene = await first();
      scene.addAll(from(100, FULL_GROUP - 1));
      expect(scene.store.underWay).toBe(1);
      scene.add(100 + FULL_GROUP);
      expect(scene.store.underWay).toBe(2);
      scene.addAll(from(200, 2 * FULL_GROUP));
      expect(scene.store.underWay).toBe(2);
      await eventually(() => scene.written.length === 4 * FULL_GROUP);
      expect(scene.store.mostUnderWay).toBe(2);
    });

    it.each<[string, Partial<RecordEntry>]>([
      ['the outcome of an ordered delivery', { attempt: delivered(queued(99, { orderingKey: 'till-1' })) }],
      ['a parking', { attempt: undefined, parked: parked(99) }],
      ['a postponement', { attempt: undefined, postponed: { ...parked(99), attempts: 0, nextDueAt: 9_000 } }],
    ] as [string, Partial<RecordEntry>][])('keeps back %s, and all that comes after it', async (_, alone) => {
      const scene = await first();
      scene.add(99, alone);
      scene.addAll(from(100, 2 * FULL_GROUP));
      expect(scene.store.underWay).toBe(1);
      await eventually(() => scene.store.groups.length === 1);
      await turn();
      // Once it is under way, nothing overtakes it either.
      scene.addAll(from(300, 2 * FULL_GROUP));
      await eventually(() => scene.written.length === 5 * FULL_GROUP + 1);
      expect(scene.store.mostUnderWay).toBe(1);
    });
  });

  it('writes at most one entry of a delivery in a group: both would find its row unchanged', async () => {
    const scene = new RecorderScene();
    for (const deliveryId of [1, 2, 1, 3, 1]) scene.add(deliveryId);
    await eventually(() => scene.written.length === 5);
    const groups = scene.store.groups.map(({ attempts }) => attempts.map(({ deliveryId }) => deliveryId));
    expect(groups).toEqual([[1, 2, 3], [1], [1]]);
  });

  it('writes a group that is not full after the one before it', async () => {
    const scene = new RecorderScene();
    scene.store.delayMs = 20;
    for (const id of numbers(60)) {
      scene.add(id);
      if (id % 6 === 0) await sleep(4);
    }
    await eventually(() => scene.written.length === 60);
    expect(scene.store.mostUnderWay).toBe(1);
    expect(scene.store.groups.length).toBeGreaterThan(1);
    expect(scene.store.deliveries).toEqual(numbers(60));
    expect(scene.recorder.backlog).toBe(0);
  });

  it('forgets no entry that comes just as a group ends', async () => {
    // The end of a group takes several turns of the microtask queue; an entry may come in each of them.
    for (let turns = 0; turns < 12; turns++) {
      const scene = new RecorderScene();
      scene.add(1, {
        written: () => {
          scene.written.push(1);
          let chain = Promise.resolve();
          for (let turn = 0; turn < turns; turn++) chain = chain.then(() => undefined);
          void chain.then(() => scene.add(2));
        },
      });
      const what = `the second entry after ${turns} turns`;
      await eventually(() => scene.written.length === 2, { what, withinMs: 1_000 });
    }
  });

  it('says which attempts were orphaned', async () => {
    const scene = new RecorderScene();
    scene.store.orphaned = new Set([2]);
    const notified: [number, boolean][] = [];
    for (const id of numbers(3)) scene.add(id, { written: (isOrphaned) => notified.push([id, isOrphaned]) });
    await eventually(() => notified.length === 3);
    expect(notified).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
  });

  it('writes ends, parkings and postponements in one group, in their order', async () => {
    const scene = new RecorderScene();
    const postponed = { ...parked(4), attempts: 2, nextDueAt: 9_000 };
    scene.add(1);
    scene.add(2, { attempt: undefined, parked: parked(2) });
    scene.add(3, { attempt: retried(queued(3), 7_000) });
    scene.add(4, { attempt: undefined, postponed });
    await eventually(() => scene.written.length === 4);
    expect(scene.written).toEqual([1, 2, 3, 4]);
    expect(scene.store.groups[0]).toMatchObject({
      attempts: [{ deliveryId: 1 }, { deliveryId: 3 }],
      parked: [parked(2)],
      postponed: [postponed],
    });
  });

  describe('when it is stopped', () => {
    it('writes the rest, even if its time is up already', async () => {
      const scene = new RecorderScene();
      scene.store.delayMs = 30;
      scene.add(1);
      await scene.recorder.stop(performance.now());
      expect(scene.written).toEqual([1]);
    });

    it('goes on trying until the given time while the database is away', async () => {
      const scene = new RecorderScene();
      let away = 2;
      scene.store.failRecord = () => (away-- > 0 ? outage() : undefined);
      scene.add(1);
      await scene.recorder.stop(performance.now() + 5_000);
      expect(scene.written).toEqual([1]);
    });

    it('ends although the database does not come back', async () => {
      const scene = new RecorderScene();
      scene.store.failRecord = outage;
      scene.add(1);
      const startedAt = performance.now();
      await scene.recorder.stop(startedAt + 300);
      expect(performance.now() - startedAt).toBeLessThan(2_500);
      expect(scene.written).toEqual([]);
    });

    it('ends at once if there is nothing to write', async () => {
      await new RecorderScene().recorder.stop(performance.now() + 60_000);
    });
  });
});
