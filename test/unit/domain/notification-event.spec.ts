import { describe, expect, it } from '@jest/globals';
import { failingPercent } from '../../../lib/domain/failing-percent.js';
import { NOTIFICATION_ACTIONS } from '../../../lib/domain/notification-actions.js';
import { notificationEvent, type NotificationForTenant } from '../../../lib/domain/notification-event.js';
import { overlapEnd, overlapNoticeAt } from '../../../lib/domain/overlap-notice.js';
import { isUid } from '../../../lib/domain/uid.js';

const HOUR = 3_600_000;
const AT = new Date('2025-03-14T09:26:53.589Z');
const ABOUT = { at: AT, tenantUid: 'shop', httpTransportUid: 'web-shop' };
const SERIES = { ...ABOUT, failingSince: new Date('2025-03-12T21:26:53.589Z') };
const DISABLED_AT = new Date('2025-03-17T21:26:53.589Z');
const OVERLAP = { ...ABOUT, overlapEndsAt: new Date('2025-03-14T21:26:53.589Z') };

const QUOTA_NEAR: NotificationForTenant = {
  type: 'quotaNear',
  at: AT,
  tenantUid: 'shop',
  quota: 'maxPendingDeliveriesPerTenant',
  used: 812_500,
  limit: 1_000_000,
};

/** A notification of each kind, equal to the example of its action. */
const EXAMPLES: readonly NotificationForTenant[] = [
  { type: 'transportFailing', ...SERIES, cause: 'DISABLED_SOON', share: 0.25, disabledAt: DISABLED_AT },
  { type: 'transportDisabled', ...ABOUT, reason: 'FAILING' },
  { type: 'transportRecovered', ...SERIES },
  {
    type: 'deliveryExhausted',
    ...ABOUT,
    deliveryUid: 'dlv_00000000006yk',
    eventUid: '0195941f-3c95-7ac0-8d7c-1a2b3c4d5e6f',
    action: 'ORDER_SETTLED',
    attempt: 10,
    durationMs: 12,
    responseStatusCode: 503,
    errorCode: null,
    reason: 'EXHAUSTED',
  },
  { type: 'secretRotated', ...OVERLAP },
  { type: 'secretOverlapEnding', ...OVERLAP },
  QUOTA_NEAR,
  {
    type: 'recoveryDone',
    ...ABOUT,
    recoveryUid: 'rec_00000000006yk',
    kind: 'RECOVER',
    deliveries: 1_250,
    payloadGone: 0,
  },
];

describe('notificationEvent', () => {
  it('makes a body like the example of each action in the catalog', () => {
    const bodies = EXAMPLES.map((notification) => {
      const { action, body } = notificationEvent(notification);
      return [action, JSON.parse(body) as object];
    });
    expect(Object.fromEntries(bodies)).toEqual(
      Object.fromEntries(
        Object.entries(NOTIFICATION_ACTIONS).map(([action, { example }]) => [
          action,
          { action, tenant: { Uid: 'shop' }, ...example },
        ]),
      ),
    );
  });

  it('has null as the event in its body if the process that sent the delivery has crashed', () => {
    const exhausted = EXAMPLES.find(({ type }) => type === 'deliveryExhausted');
    const { body } = notificationEvent({ ...exhausted, eventUid: null } as NotificationForTenant);
    expect(JSON.parse(body)).toMatchObject({ delivery: { Uid: 'dlv_00000000006yk' }, event: null });
  });

  it('gives each occurrence a uid of its own, which is the same when it is recorded again', () => {
    const uids = EXAMPLES.map((notification) => notificationEvent(notification).eventUid);
    expect(uids.every(isUid)).toBe(true);
    expect(new Set(uids).size).toBe(EXAMPLES.length);
    expect(EXAMPLES.map((notification) => notificationEvent(notification).eventUid)).toEqual(uids);
  });

  it('gives occurrences of different transports, deliveries, attempts and recoveries different uids', () => {
    const changes = [
      { httpTransportUid: 'erp', deliveryUid: 'dlv_00000000006yl', recoveryUid: 'rec_0000000000011' },
      { at: new Date(AT.getTime() + 1), attempt: 9, recoveryUid: 'rec_0000000000012' },
    ];
    for (const type of ['transportDisabled', 'deliveryExhausted', 'recoveryDone'] as const) {
      const example = EXAMPLES.find((notification) => notification.type === type);
      const events = [{}, ...changes].map((change) =>
        notificationEvent({ ...example, ...change } as NotificationForTenant),
      );
      expect(new Set(events.map(({ eventUid }) => eventUid)).size).toBe(3);
      for (const { eventUid } of events) expect(eventUid).toMatch(/^ntf_[\w-]{22}$/);
      expect(events.map(({ onlyAfter }) => onlyAfter)).toEqual([[], [], []]);
    }
  });

  it('identifies what is reported once in a series of failures by the series, not by the time of the report', () => {
    const [failing, , recovered] = EXAMPLES as [NotificationForTenant, unknown, NotificationForTenant];
    for (const notification of [failing, recovered]) {
      const later = { ...notification, at: new Date(AT.getTime() + 5) };
      expect(notificationEvent(later).eventUid).toBe(notificationEvent(notification).eventUid);
      const next = { ...notification, failingSince: AT } as NotificationForTenant;
      expect(notificationEvent(next).eventUid).not.toBe(notificationEvent(notification).eventUid);
    }
    const further = { ...failing, share: 0.5 } as NotificationForTenant;
    expect(notificationEvent(further).eventUid).not.toBe(notificationEvent(failing).eventUid);
  });

  it('reports a recovery only after a failure of the same series', () => {
    const [failing, , recovered] = EXAMPLES as [NotificationForTenant, unknown, NotificationForTenant];
    const { onlyAfter } = notificationEvent(recovered);
    const opened = { ...failing, cause: 'CIRCUIT_OPENED', share: null } as NotificationForTenant;
    const reports = [opened, ...[0.25, 0.5, 0.75].map((share) => ({ ...failing, share }))];
    expect(onlyAfter).toEqual(reports.map((report) => notificationEvent(report).eventUid));
  });

  it('identifies a rotation by its time, and the end of its overlap by the end', () => {
    const uid = (type: 'secretRotated' | 'secretOverlapEnding', change: object) =>
      notificationEvent({ type, ...OVERLAP, ...change }).eventUid;
    const later = new Date(AT.getTime() + 5);
    expect(uid('secretRotated', { at: later })).not.toBe(uid('secretRotated', {}));
    expect(uid('secretRotated', { overlapEndsAt: later })).toBe(uid('secretRotated', {}));
    expect(uid('secretOverlapEnding', { at: later })).toBe(uid('secretOverlapEnding', {}));
    expect(uid('secretOverlapEnding', { overlapEndsAt: later })).not.toBe(uid('secretOverlapEnding', {}));
  });

  it('gives reports of a quota in the same hour the same uid, so that only one is stored', () => {
    const near = (minutes: number) =>
      notificationEvent({ ...QUOTA_NEAR, at: new Date(Date.UTC(2025, 2, 14, 9, minutes)) }).eventUid;
    expect(near(0)).toBe(near(59));
    expect(near(60)).not.toBe(near(59));
  });
});

describe('failingPercent', () => {
  it('is the part of the time limit that has passed, rounded down to a quarter, and at most 75', () => {
    const at = (hours: number) => failingPercent(hours * HOUR, 120 * HOUR);
    expect([at(0), at(29.9), at(30), at(59.9), at(60), at(90), at(120)]).toEqual([0, 0, 25, 25, 50, 75, 75]);
  });
});

describe('overlapNoticeAt', () => {
  const notice = (overlapHours: number) =>
    overlapNoticeAt([{ expiresAt: null }, { expiresAt: overlapHours * HOUR }], 0);

  it('is a day before the end of the overlap, or in the middle of a shorter one', () => {
    expect([notice(168), notice(48), notice(24), notice(1)]).toEqual(
      [144, 24, 12, 0.5].map((hours) => hours * HOUR),
    );
  });

  it('is never if there is no overlap', () => {
    expect(overlapNoticeAt([{ expiresAt: null }], 5)).toBeNull();
    expect(overlapEnd([{ expiresAt: null }], 5)).toBe(5);
  });
});
