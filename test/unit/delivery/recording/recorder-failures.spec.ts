import { afterEach, describe, expect, it } from '@jest/globals';
import { DatabaseBusyError } from '../../../../lib/errors/database.errors.js';
import type { NotificationEvent } from '../../../../lib/domain/notification-event.js';
import type { TransportRecord } from '../../../../lib/persistence/ports/record-store.js';
import { failed, retried } from '../../../support/attempt-records.js';
import { eventually } from '../../../support/eventually.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { queued } from '../../../support/lanes.js';
import { numbers, RecorderScene } from '../../../support/recorder-scene.js';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('Recorder', () => {
  afterEach(() => RecorderScene.stopAll());
  describe('if a group fails', () => {
    it.each([
      ['the database is away', outage],
      ['a deadlock was resolved', () => coded('40P01')],
      ['a table is missing while the schema is restored', () => coded('42P01')],
      ["SQLite's write lock is held", () => new DatabaseBusyError('busy')],
    ])('tries it again as it is, and loses nothing: %s', async (_, error) => {
      const scene = new RecorderScene();
      let failures = 2;
      scene.store.failRecord = () => (failures-- > 0 ? error() : undefined);
      scene.addAll(numbers(5));
      await eventually(() => scene.written.length === 5);
      expect([scene.errors.length, scene.aside, scene.store.deliveries]).toEqual([2, [], numbers(5)]);
      expect(scene.store.groups).toHaveLength(1);
    });

    it('finds the entry that the database refuses, and writes it without the response', async () => {
      const scene = new RecorderScene();
      scene.store.failRecord = ({ attempts }) =>
        attempts.some(({ responseBody }) => responseBody === 'poison') ? refusal() : undefined;
      for (const id of numbers(9)) {
        const responseBody = id === 6 ? 'poison' : 'fine';
        scene.add(id, { attempt: retried(queued(id), 9_000, { responseBody }) });
      }
      await eventually(() => scene.written.length === 9);
      const attempts = scene.store.groups.flatMap((group) => group.attempts);
      expect(attempts.map(({ deliveryId }) => deliveryId).sort((a, b) => a - b)).toEqual(numbers(9));
      expect(attempts.find(({ deliveryId }) => deliveryId === 6)).toMatchObject({
        responseBody: null,
        responseHeaders: null,
        nextDueAt: 9_000,
      });
      expect(attempts.filter(({ responseBody }) => responseBody === 'fine')).toHaveLength(8);
    });

    it('halves it for any error, such as a lock time-out, and writes the entries that can be written', async () => {
      const scene = new RecorderScene();
      let isLocked = true;
      scene.store.failRecord = ({ attempts }) =>
        isLocked && attempts.some(({ deliveryId }) => deliveryId === 3) ? coded('55P03') : undefined;
      scene.addAll(numbers(4));
      await eventually(() => scene.written.length === 3);
      expect([scene.written, scene.aside]).toEqual([[1, 2, 4], [3]]);
      isLocked = false;
      await eventually(() => scene.written.length === 4);
      // The response was not to blame.
      expect(scene.store.groups.at(-1)!.attempts[0]!.responseHeaders).not.toBeNull();
    });
  });

  describe('events that the database refuses', () => {
    const event = { eventUid: 'ntf_1' } as NotificationEvent;

    it('do not keep the attempts that they report, or others, from being recorded', async () => {
      const scene = new RecorderScene();
      scene.store.failRecord = ({ attempts }) => (attempts.some((one) => one.event) ? refusal() : undefined);
      for (const id of numbers(5))
        scene.add(id, { attempt: failed(queued(id), 'GONE', id === 3 ? { event } : {}) });
      await eventually(() => scene.written.length === 5);
      expect([[...scene.store.deliveries].sort(), scene.aside]).toEqual([numbers(5), []]);
    });

    it('do not keep transports from being changed, and the events of others are stored', async () => {
      const scene = new RecorderScene();
      const change = (transportId: number): TransportRecord => ({
        transportId,
        leaseToken: 1,
        blockedUntil: null,
        consecutiveFailures: 1,
        disabledReason: 'GONE',
        events: [{ ...event, tenantUid: String(transportId) }],
      });
      scene.store.failChange = (changes) =>
        changes.some(({ events }) => events?.some(({ tenantUid }) => tenantUid === '2'))
          ? refusal()
          : undefined;
      for (const id of numbers(3)) scene.add(id, { transport: change(id) });
      await eventually(() => scene.written.length === 3);
      const { events: _refused, ...second } = change(2);
      expect(scene.store.changes.flat()).toEqual([change(1), second, change(3)]);
      expect(scene.aside).toEqual([]);
    });
  });

  describe('an entry that cannot be written', () => {
    it('waits apart, with growing pauses, and is written when it can be', async () => {
      const scene = new RecorderScene();
      const tries: number[] = [];
      let isRefused = true;
      scene.store.failRecord = ({ attempts }) => {
        if (!attempts.some(({ deliveryId }) => deliveryId === 2)) return undefined;
        if (attempts.length === 1) tries.push(performance.now());
        return isRefused ? refusal('42703') : undefined;
      };
      scene.addAll(numbers(3));
      await eventually(() => scene.written.length === 2);
      scene.add(4);
      await eventually(() => scene.written.length === 3);
      expect([scene.written, scene.aside]).toEqual([[1, 3, 4], [2]]);
      expect([scene.recorder.isUnrecorded(2), scene.recorder.isUnrecorded(1)]).toEqual([true, false]);
      // The recorder tries the entry twice each time, with the response of the receiver and without it, until the response is dropped.
      await eventually(() => tries.length >= 4);
      isRefused = false;
      await eventually(() => scene.written.length === 4);
      expect(scene.recorder.isUnrecorded(2)).toBe(false);
      // With jitter, the third pause is at least 750 ms (three quarters of 1,000 ms), and the first one at most 312.5 ms (250 ms and a quarter).
      const [first, last] = [tries.slice(1, 3), tries.slice(-2)].map(([a, b]) => b! - a!) as [number, number];
      expect(last).toBeGreaterThan(first);
    });

    it('is set aside alone if somebody has locked its row, and no other entry waits for it', async () => {
      const scene = new RecorderScene();
      scene.store.locked = new Set([2]);
      scene.addAll(numbers(3));
      await eventually(() => scene.aside.length === 1);
      expect([scene.written, scene.store.deliveries, scene.errors]).toEqual([[1, 3], [1, 3], []]);
      scene.store.locked = new Set();
      await eventually(() => scene.written.length === 3);
      expect([scene.aside, scene.store.deliveries]).toEqual([[2], [1, 3, 2]]);
    });

    it('leaves its delivery unrecorded as long as another entry of the delivery waits', async () => {
      const scene = new RecorderScene();
      scene.store.locked = new Set([1]);
      const unrecorded: boolean[] = [];
      const written = () => unrecorded.push(scene.recorder.isUnrecorded(1));
      scene.add(1, { written });
      scene.add(1, { written });
      await eventually(() => scene.aside.length === 2);
      scene.store.locked = new Set();
      await eventually(() => unrecorded.length === 2);
      expect(unrecorded).toEqual([true, false]);
    });
  });

  describe('the backlog, which keeps a process from sending,', () => {
    it('does not count a few entries that were set aside, as long as others are written', async () => {
      const scene = new RecorderScene();
      scene.store.locked = new Set([1, 2]);
      scene.addAll([1, 2]);
      await eventually(() => scene.aside.length === 2);
      expect(scene.recorder.backlog).toBe(2);
      const backlogs: number[] = [];
      scene.add(3, { written: () => backlogs.push(scene.recorder.backlog) });
      await eventually(() => backlogs.length === 1);
      expect(backlogs[0]).toBeLessThan(2);
      await eventually(() => scene.recorder.backlog === 0);
    });

    it('counts entries that were set aside while nothing can be written', async () => {
      const scene = new RecorderScene();
      scene.store.failRecord = () => refusal('42703');
      scene.addAll(numbers(5));
      await eventually(() => scene.aside.length === 5);
      // One that is being tried again counts twice.
      await eventually(() => scene.recorder.backlog === 5);
      scene.store.failRecord = () => undefined;
      await eventually(() => scene.written.length === 5);
      expect(scene.recorder.backlog).toBe(0);
    });
  });
});
