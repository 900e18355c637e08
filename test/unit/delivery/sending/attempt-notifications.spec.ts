import { describe, expect, it } from '@jest/globals';
import type { WebhookNotification } from '../../../../lib/domain/notification.js';
import {
  asRetried,
  transportNotifications,
  type HealthView,
  type HealthTransition,
} from '../../../../lib/delivery/sending/attempt-notifications.js';

const DISABLE_AFTER_MS = 1_000;
const NOW = 10_000;
const TRANSPORT = { tenantUid: 'shop', httpTransportUid: 'erp' };
const ABOUT = { at: new Date(NOW), ...TRANSPORT };

const health = (failingSince: number | null, view: Partial<HealthView> = {}): HealthView => ({
  failingSince,
  failingWarned: 0,
  isCircuitOpen: false,
  isDisabled: false,
  ...view,
});
const UNCHANGED = { transportId: 1, leaseToken: 1, blockedUntil: null, consecutiveFailures: 1 };
const disabling = (disabledReason: string): HealthTransition['learned'] => ({ ...UNCHANGED, disabledReason });
const transition = (before: HealthView, after: HealthView, more: Partial<HealthTransition> = {}) =>
  transportNotifications(TRANSPORT, {
    before,
    after,
    learned: undefined,
    disableAfterMs: DISABLE_AFTER_MS,
    nowMs: NOW,
    ...more,
  });

describe('transportNotifications', () => {
  it('reports neither a transport that works nor its first failures', () => {
    expect(transition(health(null), health(null))).toEqual([]);
    expect(transition(health(null), health(NOW))).toEqual([]);
    expect(transition(health(NOW - 10), health(NOW - 10))).toEqual([]);
  });

  it('says that it is failing when its circuit opens, and not again while it is open', () => {
    const open = health(NOW - 10, { isCircuitOpen: true });
    expect(transition(health(NOW - 10), open)).toEqual([
      {
        type: 'transportFailing',
        ...ABOUT,
        cause: 'CIRCUIT_OPENED',
        share: null,
        failingSince: new Date(NOW - 10),
        disabledAt: new Date(NOW - 10 + DISABLE_AFTER_MS),
      },
    ]);
    expect(transition(open, open)).toEqual([]);
  });

  it('says that it is failing when the log warns of it', () => {
    const failing = health(NOW - 500, { isCircuitOpen: true });
    expect(transition(failing, failing, { learned: { ...UNCHANGED, failingWarned: 50 } })).toMatchObject([
      { type: 'transportFailing', cause: 'DISABLED_SOON', share: 0.5 },
    ]);
  });

  it('says that it was disabled, once, although more attempts were in flight', () => {
    const [before, after] = [health(NOW - 1_000), health(NOW - 1_000, { isDisabled: true })];
    const learned = disabling('FAILING');
    expect(transition(before, after, { learned })).toEqual([
      { type: 'transportDisabled', ...ABOUT, reason: 'FAILING' },
    ]);
    expect(transition(after, after, { learned })).toEqual([]);
  });

  it('does not warn that it will be disabled if it was disabled just now', () => {
    const after = health(NOW - 10, { isCircuitOpen: true, isDisabled: true });
    expect(transition(health(NOW - 10), after, { learned: disabling('GONE') })).toMatchObject([
      { type: 'transportDisabled', reason: 'GONE' },
    ]);
  });

  it.each([
    ['its circuit was open', health(NOW - 10, { isCircuitOpen: true })],
    ['its owner was warned that it will be disabled', health(NOW - 250, { failingWarned: 25 })],
  ])('says that it has recovered if %s', (_when, before) => {
    const failingSince = new Date(before.failingSince!);
    expect(transition(before, health(null))).toEqual([
      { type: 'transportRecovered', ...ABOUT, failingSince },
    ]);
  });

  it('does not say that it has recovered from failures that were not notified', () => {
    expect(transition(health(NOW - 249), health(null))).toEqual([]);
  });
});

describe('asRetried', () => {
  const next = new Date(NOW + 1_000);
  const exhausted = { type: 'deliveryExhausted', ...ABOUT, reason: 'EXHAUSTED' } as WebhookNotification;

  it('turns the end of a delivery into a failed attempt, because a redelivery was requested meanwhile', () => {
    expect(asRetried(exhausted, next)).toEqual({ type: 'deliveryFailed', ...ABOUT, nextAttemptAt: next });
  });

  it('leaves other notifications as they are', () => {
    const succeeded = { type: 'deliverySucceeded', ...ABOUT } as WebhookNotification;
    expect(asRetried(succeeded, next)).toBe(succeeded);
  });
});
