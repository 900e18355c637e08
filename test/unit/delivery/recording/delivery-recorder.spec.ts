import { describe, expect, it } from '@jest/globals';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { DeliveryRecorder } from '../../../../lib/delivery/recording/delivery-recorder.js';
import type { WebhookNotification } from '../../../../lib/domain/notification.js';
import { withEvent } from '../../../../lib/delivery/sending/reported-events.js';
import { attemptNotification } from '../../../../lib/delivery/sending/attempt-notifications.js';
import type { AttemptContext } from '../../../../lib/delivery/sending/attempt.js';
import { eventually } from '../../../support/eventually.js';
import { KeepingRecordStore } from '../../../support/keeping-record-store.js';
import { accept, at, concluded, laneOf, NOW, queued, read } from '../../../support/lanes.js';

const CANDIDATE = { transportId: 1, tenantUid: 'shop', origin: '', encryptedWith: '', dueAt: null };

describe('DeliveryRecorder', () => {
  const scene = ({ isObserved = true } = {}) => {
    const store = new KeepingRecordStore();
    const held = new HeldLanes(8);
    const context = { now: () => NOW, elapsed: () => 0, random: () => 0.5 } as unknown as AttemptContext;
    const log = { warn: () => undefined, debug: () => undefined };
    const published: WebhookNotification[] = [];
    const disabled = new Set<number>();
    const recorder = new DeliveryRecorder(store, held, new InspectionList(), {
      context,
      fullGroup: 8,
      log,
      notifications: { isObserved, publish: (notification) => published.push(notification) },
      isDisabled: (transportId) => Promise.resolve(disabled.has(transportId)),
    });
    const claim = (leaseToken: number): Lane => {
      const lane = laneOf({}, { leaseToken });
      held.places.acquire('shop', '');
      held.add(lane, CANDIDATE);
      return lane;
    };
    return { store, recorder, claim, published, disabled };
  };

  it('notifies the present lane if an outcome is recorded only after the lane was lost and claimed again', async () => {
    const { store, recorder, claim } = scene();
    store.locked = new Set([1]);
    const before = claim(1);
    read(before, [queued(1)]);
    const delivery = before.next(NOW);
    before.settled();
    recorder.recordAttempt(before, delivery, concluded(delivery, NOW + 50).record, undefined, undefined);
    await eventually(() => recorder.isUnrecorded(1));

    // Lost, and claimed again: the row is left out as long as its outcome is not recorded.
    const now = claim(3);
    const { limit } = now.nextRead(at(0))!;
    accept(now, [queued(1)], limit, {}, (deliveryId) => recorder.isUnrecorded(deliveryId));
    expect([before.state, now.readyCount]).toEqual(['CLOSED', 0]);
    store.locked = new Set();
    await eventually(() => !recorder.isUnrecorded(1));
    expect(now.release(NOW)).toMatchObject({ dueAt: NOW + 50 });
  });

  it('makes a delivery due later that could not be attempted, and records no attempt', async () => {
    const { store, recorder, claim } = scene();
    const lane = claim(1);
    read(lane, [queued(1)]);
    const delivery = lane.next(NOW);
    lane.settled();
    recorder.postpone(lane, delivery, NOW + 10_000);
    await eventually(() => !lane.hasInHand(delivery));
    expect(store.groups).toMatchObject([
      { attempts: [], postponed: [{ deliveryId: 1, nextDueAt: NOW + 10_000 }] },
    ]);
    expect(lane.release(NOW)).toMatchObject({ dueAt: NOW + 10_000 });
  });

  it('is stalled while all that it has is set aside, until something is written', async () => {
    const { store, recorder, claim } = scene();
    const lane = claim(1);
    read(lane, [queued(1)]);
    const delivery = lane.next(NOW);
    lane.settled();
    store.locked = new Set([1]);
    expect(recorder.isStalled).toBe(false);
    recorder.recordAttempt(lane, delivery, concluded(delivery, null).record, undefined, undefined);
    await eventually(() => recorder.isStalled);
    store.locked = new Set();
    await eventually(() => !recorder.isStalled);
  });

  it('lets a lane scan from the head after an attempt that was orphaned', async () => {
    const { store, recorder, claim } = scene();
    store.orphaned = new Set([1]);
    const lane = claim(1);
    read(lane, [queued(1)]);
    const delivery = lane.next(NOW);
    lane.settled();
    recorder.recordAttempt(lane, delivery, concluded(delivery, null).record, undefined, undefined);
    await eventually(() => !lane.hasInHand(delivery));
    expect(lane.release(NOW)).toBeUndefined();
    expect(lane.nextRead(at(0))).toMatchObject({ after: { dueAt: -1 } });
  });

  describe('publishes notifications', () => {
    const about = { at: new Date(NOW), tenantUid: 'shop', httpTransportUid: 'erp' };
    const rotated: WebhookNotification = { type: 'secretRotated', ...about, overlapEndsAt: about.at };
    const disabledNow: WebhookNotification = { type: 'transportDisabled', ...about, reason: 'GONE' };
    const record = ({ recorder, claim }: ReturnType<typeof scene>, notifications: WebhookNotification[]) => {
      const lane = claim(1);
      read(lane, [queued(1)]);
      const delivery = lane.next(NOW);
      lane.settled();
      recorder.recordAttempt(lane, delivery, concluded(delivery, null).record, undefined, notifications);
      return eventually(() => !lane.hasInHand(delivery));
    };

    it('when the attempt is written, and not before', async () => {
      const present = scene();
      present.store.locked = new Set([1]);
      const recording = record(present, [rotated]);
      await eventually(() => present.recorder.isUnrecorded(1));
      expect(present.published).toEqual([]);
      present.store.locked = new Set();
      await recording;
      await eventually(() => !present.recorder.isUnrecorded(1));
      expect(present.published).toEqual([rotated]);
    });

    it('of a failure instead of an end if a redelivery was requested during the last attempt', async () => {
      const { store, recorder, claim, published } = scene();
      store.requested = new Set([1]);
      const lane = claim(1);
      read(lane, [queued(1)]);
      const delivery = lane.next(NOW);
      lane.settled();
      const end = concluded(delivery, null);
      const failed = { ...end, record: { ...end.record, status: 'FAILED' as const, reason: 'EXHAUSTED' } };
      const exhausted = attemptNotification(lane, delivery, failed.record, undefined, NOW);
      recorder.recordAttempt(lane, delivery, withEvent(failed.record, exhausted), undefined, [exhausted]);
      await eventually(() => published.length > 0);
      expect(store.groups.flatMap(({ attempts }) => attempts)).toMatchObject([
        { status: 'PENDING', reason: null, nextDueAt: NOW, trigger: 'SCHEDULE', event: undefined },
      ]);
      expect(published).toEqual([
        expect.objectContaining({ type: 'deliveryFailed', nextAttemptAt: new Date(NOW) }),
      ]);
      expect(published[0]).not.toHaveProperty('reason');
      // It is due at once, so the lane is not released.
      expect(lane.release(NOW)).toBeUndefined();
    });

    it('never of an attempt that was orphaned', async () => {
      const present = scene();
      present.store.orphaned = new Set([1]);
      await record(present, [rotated]);
      expect(present.published).toEqual([]);
    });

    it('of a disabled transport only if the database has it as disabled', async () => {
      const lost = scene();
      await record(lost, [disabledNow, rotated]);
      expect(lost.published).toEqual([rotated]);
      const held = scene();
      held.disabled.add(1);
      await record(held, [disabledNow]);
      await eventually(() => held.published.length > 0);
      expect(held.published).toEqual([disabledNow]);
    });

    it('of nothing while nobody listens', async () => {
      const { recorder, claim, published } = scene({ isObserved: false });
      const lane = claim(2);
      recorder.recordCrashes(lane, [queued(1)]);
      await recorder.stop(performance.now());
      expect(published).toEqual([]);
    });

    it('of attempts that a crash has ended', async () => {
      const { recorder, claim, published } = scene();
      recorder.recordCrashes(claim(2), [queued(1)]);
      await eventually(() => published.length > 0);
      expect(published).toEqual([
        expect.objectContaining({
          type: 'deliveryFailed',
          errorCode: 'WORKER_CRASHED',
          eventUid: null,
          attempt: 1,
        }),
      ]);
    });
  });
});
