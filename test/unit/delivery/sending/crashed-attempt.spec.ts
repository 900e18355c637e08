import { describe, expect, it } from '@jest/globals';
import { crashedAttempt } from '../../../../lib/delivery/sending/attempt.js';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { queued } from '../../../support/lanes.js';

const NOW = 1_000_000;
const SCHEDULE = [1_000, 60_000];
const crash = (delivery: Partial<QueuedDelivery>, retryScheduleMs: readonly number[] = SCHEDULE) =>
  crashedAttempt(queued(1, delivery), { retryScheduleMs }, { now: () => NOW, random: () => 0.5 });

describe('crashedAttempt', () => {
  it('is a failed attempt on the normal schedule', () => {
    expect(crash({ attempts: 0 })).toMatchObject({
      status: 'PENDING',
      nextDueAt: NOW + 1_000,
      isCounted: true,
    });
    expect(crash({ attempts: 1 })).toMatchObject({
      status: 'PENDING',
      nextDueAt: NOW + 60_000,
      isCounted: true,
    });
  });

  it('names the crash as the error, and no response', () => {
    expect(crash({ orderingKey: 'till-1', attempts: 1 })).toMatchObject({
      deliveryId: 1,
      orderingKey: 'till-1',
      attempts: 1,
      errorCode: 'WORKER_CRASHED',
      responseStatusCode: null,
      reason: null,
    });
  });

  it('counts as the requested attempt if a redelivery was requested', () => {
    expect(crash({ attempts: 0 })).toMatchObject({ trigger: 'SCHEDULE' });
    expect(crash({ attempts: 1, requested: 'MANUAL' })).toMatchObject({ trigger: 'MANUAL', isCounted: true });
    expect(crash({ attempts: 2, requested: 'MANUAL' })).toMatchObject({
      trigger: 'MANUAL',
      isCounted: false,
    });
  });

  it('does not use up the last attempt, but repeats it at most three times', () => {
    const repeats = [0, 1, 2].map((lostAttempts) => crash({ attempts: 2, lostAttempts }));
    for (const attempt of repeats)
      expect(attempt).toMatchObject({ status: 'PENDING', nextDueAt: NOW + 60_000, isCounted: false });
    expect(crash({ attempts: 2, lostAttempts: 3 })).toMatchObject({
      status: 'FAILED',
      reason: 'WORKER_CRASHED',
      nextDueAt: null,
      isCounted: true,
    });
  });

  it('repeats the only attempt after a minute if there are no retries', () => {
    expect(crash({ attempts: 0 }, [])).toMatchObject({ nextDueAt: NOW + 60_000, isCounted: false });
  });
});
