import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Recorder, type RecordEntry } from '../../../lib/delivery/recorder.js';
import type { RecordGroup, RecordStore, TransportRecord } from '../../../lib/persistence/record-store.js';
import { delivered, retried } from '../../support/attempt-records.js';
import { eventually } from '../../support/eventually.js';
import { queued } from '../../support/lanes.js';

/** Keeps what is recorded; `failing` says what to throw for a group, or undefined. */
class KeepingStore implements Pick<RecordStore, 'record'> {
  readonly groups: RecordGroup[] = [];
  underWay = 0;
  mostUnderWay = 0;
  delayMs = 0;
  orphaned: ReadonlySet<number> = new Set();
  failing: (group: RecordGroup) => Error | undefined = () => undefined;

  async record(group: RecordGroup): Promise<ReadonlySet<number>> {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      await sleep(this.delayMs);
      const error = this.failing(group);
      if (error) throw error;
      this.groups.push(group);
      return this.orphaned;
    } finally {
      this.underWay -= 1;
    }
  }

  get deliveries(): number[] {
    return this.groups.flatMap(({ attempts }) => attempts.map(({ deliveryId }) => deliveryId));
  }
}

const FULL_GROUP = 60;

const refusal = () => Object.assign(new Error('invalid byte sequence'), { code: '22021' });
const outage = () => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });

describe('Recorder', () => {
  const set = () => {
    const store = new KeepingStore();
    const errors: unknown[] = [];
    const written: number[] = [];
    const recorder = new Recorder(
      store,
      FULL_GROUP,
      () => 5_000,
      (error) => errors.push(error),
    );
    const add = (deliveryId: number, entry: Partial<RecordEntry> = {}): void =>
      recorder.add({
        attempt: delivered(queued(deliveryId)),
        written: () => written.push(deliveryId),
        ...entry,
      });
    return { store, errors, written, recorder, add };
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('writes what comes together in one group, in order, and then says so', async () => {
    const { store, written, add } = set();
    for (const id of numbers(FULL_GROUP - 1)) add(id);
    expect(written).toEqual([]);
    await eventually(() => written.length === FULL_GROUP - 1);
    expect(store.groups).toHaveLength(1);
    expect(store.groups[0]!.now).toBe(5_000);
    expect([store.deliveries, written]).toEqual([numbers(FULL_GROUP - 1), numbers(FULL_GROUP - 1)]);
  });

  it('waits no longer once a group is full', async () => {
    const { store, add } = set();
    for (const id of numbers(FULL_GROUP)) add(id);
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.underWay).toBe(1);
    await eventually(() => store.groups.length === 1);
  });

  describe('while a group is under way', () => {
    const begun = () => new Promise((resolve) => setImmediate(resolve));
    const first = async () => {
      const recorder = set();
      recorder.store.delayMs = 100;
      for (const id of numbers(FULL_GROUP)) recorder.add(id);
      await begun();
      expect(recorder.store.underWay).toBe(1);
      return recorder;
    };

    it('lets a full one follow it, and no third', async () => {
      const { store, add, written } = await first();
      for (const id of numbers(FULL_GROUP - 1)) add(100 + id);
      expect(store.underWay).toBe(1);
      add(100 + FULL_GROUP);
      expect(store.underWay).toBe(2);
      for (const id of numbers(2 * FULL_GROUP)) add(200 + id);
      expect(store.underWay).toBe(2);
      await eventually(() => written.length === 4 * FULL_GROUP);
      expect(store.mostUnderWay).toBe(2);
    });

    it('keeps back what must be written alone, and all that comes after it', async () => {
      const parked = { transportId: 1, dueAt: 1, deliveryId: 99 };
      for (const alone of [
        { attempt: { ...delivered(queued(99)), orderingKey: 'till-1' } },
        { transport: { transportId: 1, blockedUntil: 9_000, consecutiveFailures: 1 } },
        { attempt: undefined, parked },
      ] as Partial<RecordEntry>[]) {
        const { store, add, written } = await first();
        add(99, alone);
        for (const id of numbers(2 * FULL_GROUP)) add(100 + id);
        expect(store.underWay).toBe(1);
        await eventually(() => store.groups.length === 1);
        await begun();
        // Nor does anything overtake it once it is under way.
        for (const id of numbers(2 * FULL_GROUP)) add(300 + id);
        await eventually(() => written.length === 5 * FULL_GROUP + 1);
        expect(store.mostUnderWay).toBe(1);
      }
    });
  });

  it('writes what is not a full group after the one before it', async () => {
    const { store, written, add, recorder } = set();
    store.delayMs = 20;
    for (const id of numbers(60)) {
      add(id);
      if (id % 6 === 0) await sleep(4);
    }
    await eventually(() => written.length === 60);
    expect(store.mostUnderWay).toBe(1);
    expect(store.groups.length).toBeGreaterThan(1);
    expect(store.deliveries).toEqual(numbers(60));
    expect(recorder.backlog).toBe(0);
  });

  it('forgets nothing that comes just as a group is done', async () => {
    // The end of a group takes several turns of the microtask queue; something may come at each of them.
    for (let turns = 0; turns < 12; turns++) {
      const { written, add } = set();
      add(1, {
        written: () => {
          written.push(1);
          let chain = Promise.resolve();
          for (let turn = 0; turn < turns; turn++) chain = chain.then(() => undefined);
          void chain.then(() => add(2));
        },
      });
      await eventually(() => written.length === 2, {
        what: `the second entry after ${turns} turns`,
        withinMs: 1_000,
      });
    }
  });

  it('tries again while the database is away, and loses nothing', async () => {
    const { store, errors, written, add } = set();
    let away = 2;
    store.failing = () => (away-- > 0 ? outage() : undefined);
    for (const id of numbers(5)) add(id);
    await eventually(() => written.length === 5);
    expect(errors).toHaveLength(2);
    expect(store.deliveries).toEqual(numbers(5));
  });

  it('finds the one that the database refuses, and stores it without what the receiver sent', async () => {
    const { store, written, add } = set();
    store.failing = ({ attempts }) =>
      attempts.some(({ responseBody }) => responseBody === 'poison') ? refusal() : undefined;
    for (const id of numbers(9)) {
      add(id, { attempt: retried(queued(id), 9_000, { responseBody: id === 6 ? 'poison' : 'fine' }) });
    }
    await eventually(() => written.length === 9);
    const attempts = store.groups.flatMap((group) => group.attempts);
    expect(attempts.map(({ deliveryId }) => deliveryId).sort((a, b) => a - b)).toEqual(numbers(9));
    expect(attempts.find(({ deliveryId }) => deliveryId === 6)).toMatchObject({
      responseBody: null,
      responseHeaders: null,
      nextDueAt: 9_000,
    });
    expect(attempts.filter(({ responseBody }) => responseBody === 'fine')).toHaveLength(8);
  });

  it('gives up only what cannot be stored at all, says so, and goes on', async () => {
    const { store, errors, written, add } = set();
    store.failing = ({ attempts }) =>
      attempts.some(({ deliveryId }) => deliveryId === 2) ? refusal() : undefined;
    for (const id of numbers(3)) add(id);
    await eventually(() => written.length === 2);
    add(4);
    await eventually(() => written.length === 3);
    expect(written).toEqual([1, 3, 4]);
    expect(String(errors.at(-1))).toContain('delivery 2 cannot be stored');
  });

  it('says whose attempt was orphaned', async () => {
    const { store, add } = set();
    store.orphaned = new Set([2]);
    const orphaned: [number, boolean][] = [];
    for (const id of numbers(3)) add(id, { written: (isOrphaned) => orphaned.push([id, isOrphaned]) });
    await eventually(() => orphaned.length === 3);
    expect(orphaned).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
  });

  it('keeps the order of ends and parkings', async () => {
    const { store, written, add, recorder } = set();
    const parked = (deliveryId: number) => ({ transportId: 1, dueAt: 1_000, deliveryId });
    add(1);
    recorder.add({ parked: parked(2), written: () => written.push(2) });
    add(3);
    await eventually(() => written.length === 3);
    expect(written).toEqual([1, 2, 3]);
    expect(store.groups[0]).toMatchObject({
      attempts: [{ deliveryId: 1 }, { deliveryId: 3 }],
      parked: [parked(2)],
    });
  });

  it('writes the latest news of a transport, and the longest block', async () => {
    const { store, written, add } = set();
    const news = (part: Partial<TransportRecord>): TransportRecord => ({
      transportId: 1,
      blockedUntil: null,
      consecutiveFailures: 0,
      ...part,
    });
    add(1, { transport: news({ failingSince: 1_000, blockedUntil: 9_000, consecutiveFailures: 1 }) });
    add(2, { transport: news({ blockedUntil: 7_000, consecutiveFailures: 2 }) });
    add(3, { transport: news({ disabledReason: 'GONE', consecutiveFailures: 3 }) });
    add(4, { transport: news({ transportId: 2, failingSince: null }) });
    await eventually(() => written.length === 4);
    expect(store.groups[0]!.transports).toEqual([
      {
        transportId: 1,
        failingSince: 1_000,
        blockedUntil: 9_000,
        consecutiveFailures: 3,
        disabledReason: 'GONE',
      },
      { transportId: 2, failingSince: null, blockedUntil: null, consecutiveFailures: 0 },
    ]);
  });

  describe('when it is stopped', () => {
    it('writes what is left, also when the time for it is up already', async () => {
      const { store, written, add, recorder } = set();
      store.delayMs = 30;
      add(1);
      await recorder.stop(performance.now());
      expect(written).toEqual([1]);
    });

    it('goes on trying until the given time, while the database is away', async () => {
      const { store, written, add, recorder } = set();
      let away = true;
      store.failing = () => (away ? outage() : undefined);
      add(1);
      setTimeout(() => (away = false), 200);
      await recorder.stop(performance.now() + 5_000);
      expect(written).toEqual([1]);
    });

    it('ends although the database does not come back', async () => {
      const { store, written, add, recorder } = set();
      store.failing = outage;
      add(1);
      const startedAt = performance.now();
      await recorder.stop(startedAt + 300);
      expect(performance.now() - startedAt).toBeLessThan(2_500);
      expect(written).toEqual([]);
    });

    it('is done at once when there is nothing', async () => {
      const { recorder } = set();
      await recorder.stop(performance.now() + 60_000);
    });
  });
});
