import { createHash } from 'node:crypto';
import { buildEnvelope } from './envelope.js';
import type { NotificationAction } from './notification-actions.js';
import type { TransportFailing, TransportRecovered, WebhookNotification } from './notification.js';

/** An event of a notification action. It is only stored if the tenant has a webhook for the action. */
export interface NotificationEvent {
  readonly tenantUid: string;
  /** The same for each record of one occurrence, so that the occurrence is emitted once. */
  readonly eventUid: string;
  readonly action: NotificationAction;
  /** The exact text that is signed and sent. */
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  /** Uids of events. If the list is not empty, the event is only stored if the tenant has one of them. */
  readonly onlyAfter: readonly string[];
}

/** The kinds of notifications that a tenant can receive as an event. */
export type NotificationForTenant = Exclude<
  WebhookNotification,
  { type: 'deliverySucceeded' } | { type: 'deliveryFailed' }
>;

const UID_PREFIX = 'ntf_';
/** 132 bits of a hash: no two occurrences have the same uid. */
const UID_DIGITS = 22;
/** The event `WEBHOOK_QUOTA_NEAR` of a tenant occurs once in this period, over all processes. */
const QUOTA_NEAR_EVERY_MS = 3_600_000;
/** The reports of `transportFailing` that one series of failures can have. */
const FAILING_REPORTS = ['CIRCUIT_OPENED', 0.25, 0.5, 0.75] as const;

/** The event of a notification, with a body in the format of all events. */
export function notificationEvent(notification: NotificationForTenant): NotificationEvent {
  const { tenantUid, at } = notification;
  const { action, occurrence, members, onlyAfter = [] } = describe(notification);
  return {
    tenantUid,
    eventUid: uidOf(action, occurrence),
    action,
    body: buildEnvelope(action, tenantUid, { at: at.toISOString(), ...members }),
    occurredAt: at.getTime(),
    onlyAfter,
  };
}

interface Description {
  readonly action: NotificationAction;
  /** Distinguishes the occurrence from all others of the same action and tenant. */
  readonly occurrence: readonly (string | number)[];
  readonly members: object;
  readonly onlyAfter?: readonly string[];
}

function describe(notification: NotificationForTenant): Description {
  const { at } = notification;
  switch (notification.type) {
    case 'transportFailing': {
      const { cause, share, failingSince, disabledAt } = notification;
      return {
        action: 'WEBHOOK_TRANSPORT_FAILING',
        occurrence: failingOccurrence(notification, share ?? cause),
        members: {
          ...transportOf(notification),
          cause,
          share,
          failingSince: failingSince.toISOString(),
          disabledAt: disabledAt.toISOString(),
        },
      };
    }
    case 'transportRecovered':
      return {
        action: 'WEBHOOK_TRANSPORT_RECOVERED',
        occurrence: failingOccurrence(notification, ''),
        members: { ...transportOf(notification), failingSince: notification.failingSince.toISOString() },
        onlyAfter: FAILING_REPORTS.map((report) =>
          uidOf('WEBHOOK_TRANSPORT_FAILING', failingOccurrence(notification, report)),
        ),
      };
    case 'transportDisabled':
      return {
        action: 'WEBHOOK_TRANSPORT_DISABLED',
        occurrence: [notification.httpTransportUid, at.getTime()],
        members: { ...transportOf(notification), reason: notification.reason },
      };
    case 'deliveryExhausted': {
      const { deliveryUid, eventUid, action, attempt, reason, responseStatusCode, errorCode } = notification;
      return {
        action: 'WEBHOOK_DELIVERY_EXHAUSTED',
        occurrence: [deliveryUid, attempt],
        members: {
          ...transportOf(notification),
          delivery: { Uid: deliveryUid },
          event: eventUid === null ? null : { Uid: eventUid, action },
          attempt,
          reason,
          responseStatusCode,
          errorCode,
        },
      };
    }
    case 'secretRotated':
    case 'secretOverlapEnding': {
      const { type, httpTransportUid, overlapEndsAt } = notification;
      const isRotated = type === 'secretRotated';
      return {
        action: isRotated ? 'WEBHOOK_SECRET_ROTATED' : 'WEBHOOK_SECRET_OVERLAP_ENDING',
        occurrence: [httpTransportUid, (isRotated ? at : overlapEndsAt).getTime()],
        members: { ...transportOf(notification), overlapEndsAt: overlapEndsAt.toISOString() },
      };
    }
    case 'quotaNear': {
      const { quota, used, limit } = notification;
      return {
        action: 'WEBHOOK_QUOTA_NEAR',
        occurrence: [quota, Math.floor(at.getTime() / QUOTA_NEAR_EVERY_MS)],
        members: { quota, used, limit },
      };
    }
    case 'recoveryDone': {
      const { recoveryUid, kind, deliveries, payloadGone } = notification;
      return {
        action: 'WEBHOOK_RECOVERY_DONE',
        occurrence: [recoveryUid],
        members: {
          ...transportOf(notification),
          recovery: { Uid: recoveryUid },
          kind,
          deliveries,
          payloadGone,
        },
      };
    }
  }
}

const transportOf = ({ httpTransportUid }: { httpTransportUid: string }) => ({
  httpTransport: { Uid: httpTransportUid },
});

const failingOccurrence = (
  { httpTransportUid, failingSince }: TransportFailing | TransportRecovered,
  report: string | number,
): readonly (string | number)[] => [httpTransportUid, failingSince.getTime(), report];

const uidOf = (action: string, occurrence: readonly (string | number)[]): string =>
  UID_PREFIX +
  createHash('sha256')
    .update([action, ...occurrence].join('\n'))
    .digest('base64url')
    .slice(0, UID_DIGITS);
