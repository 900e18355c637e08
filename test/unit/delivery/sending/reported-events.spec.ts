import { describe, expect, it } from '@jest/globals';
import type { HealthView } from '../../../../lib/delivery/sending/attempt-notifications.js';
import {
  ReportedEvents,
  withEvent,
  type ReportableAttempt,
} from '../../../../lib/delivery/sending/reported-events.js';
import type {
  DeliveryExhausted,
  TransportDisabled,
  TransportRecovered,
} from '../../../../lib/domain/notification.js';
import { failed } from '../../../support/attempt-records.js';
import { queued } from '../../../support/lanes.js';

const SINCE = 1_000;
const NOW = 5_000;
const ABOUT = { at: new Date(NOW), tenantUid: 'shop', httpTransportUid: 'erp' };
const recovered: TransportRecovered = { type: 'transportRecovered', ...ABOUT, failingSince: new Date(SINCE) };
const disabled: TransportDisabled = { type: 'transportDisabled', ...ABOUT, reason: 'GONE' };
const health = (part: Partial<HealthView> = {}): HealthView => ({
  failingSince: SINCE,
  failingWarned: 0,
  isCircuitOpen: false,
  isDisabled: false,
  ...part,
});

const NOTIFICATION = 'WEBHOOK_TRANSPORT_FAILING';

describe('ReportedEvents', () => {
  const scene = () => {
    const reported = new ReportedEvents();
    const lane = { tenantUid: 'shop', httpTransportUid: 'erp' };
    return (
      action: string | null,
      after: HealthView,
      notifications: ReportableAttempt['notifications'] = [],
    ) =>
      reported
        .ofTransport(lane, { notifications, action, after, disableAfterMs: 9_000, nowMs: NOW })
        .map(({ action: emitted, body }) => {
          const { share } = JSON.parse(body) as { share?: number | null };
          return share === undefined ? emitted : `${emitted} ${share}`;
        });
  };
  const open = health({ isCircuitOpen: true });

  it('reports a failing transport once for its circuit and once for each warning', () => {
    const eventsOf = scene();
    expect(eventsOf('ORDER_SETTLED', health())).toEqual([]);
    expect(eventsOf('ORDER_SETTLED', open)).toEqual(['WEBHOOK_TRANSPORT_FAILING null']);
    expect(eventsOf('ORDER_SETTLED', open)).toEqual([]);
    const warned = { ...open, failingWarned: 25 };
    expect(eventsOf('ORDER_SETTLED', warned)).toEqual(['WEBHOOK_TRANSPORT_FAILING 0.25']);
    expect(eventsOf('ORDER_SETTLED', warned)).toEqual([]);
    expect(eventsOf('ORDER_SETTLED', { ...open, failingSince: SINCE + 1 })).toEqual([
      'WEBHOOK_TRANSPORT_FAILING null',
    ]);
  });

  it('reports nothing while only notifications fail, and makes up for it with the first other event', () => {
    const eventsOf = scene();
    const after = health({ isCircuitOpen: true, failingWarned: 50 });
    expect(eventsOf(NOTIFICATION, after)).toEqual([]);
    expect(eventsOf('ORDER_SETTLED', after)).toEqual([
      'WEBHOOK_TRANSPORT_FAILING null',
      'WEBHOOK_TRANSPORT_FAILING 0.5',
    ]);
  });

  it('reports that a transport has recovered or was disabled with any event', () => {
    const eventsOf = scene();
    expect(eventsOf(NOTIFICATION, health({ failingSince: null }), [recovered])).toEqual([
      'WEBHOOK_TRANSPORT_RECOVERED',
    ]);
    expect(eventsOf(NOTIFICATION, { ...open, isDisabled: true }, [disabled])).toEqual([
      'WEBHOOK_TRANSPORT_DISABLED',
    ]);
    expect(eventsOf('ORDER_SETTLED', { ...open, isDisabled: true }, [disabled])).toEqual([
      'WEBHOOK_TRANSPORT_DISABLED',
    ]);
  });
});

describe('withEvent', () => {
  const exhausted = (action: string | null): DeliveryExhausted => ({
    type: 'deliveryExhausted',
    ...ABOUT,
    deliveryUid: 'dlv_1',
    eventUid: action && 'event',
    action,
    attempt: 1,
    durationMs: 1,
    responseStatusCode: 500,
    errorCode: null,
    reason: 'EXHAUSTED',
  });
  const record = failed(queued(1), 'EXHAUSTED');

  it('reports a delivery that has failed, also if its event is not known', () => {
    for (const action of ['ORDER_SETTLED', null])
      expect(withEvent(record, exhausted(action)).event).toMatchObject({
        action: 'WEBHOOK_DELIVERY_EXHAUSTED',
      });
  });

  it('does not report a notification that has failed, or a delivery that is retried', () => {
    expect(withEvent(record, exhausted('WEBHOOK_DELIVERY_EXHAUSTED'))).toBe(record);
    const { reason: _reason, ...attempted } = exhausted('ORDER_SETTLED');
    const retried = { ...attempted, type: 'deliveryFailed' as const, nextAttemptAt: new Date(6_000) };
    expect(withEvent(record, retried)).toBe(record);
  });
});
