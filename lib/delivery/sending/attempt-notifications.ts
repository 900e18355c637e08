import type { TransportFailing, WebhookNotification } from '../../domain/notification.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { QueuedDelivery } from '../../persistence/ports/lane-store.js';
import type { AttemptRecord, TransportRecord } from '../../persistence/ports/record-store.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';

/** The tenant and the transport of an attempt. */
export interface NotifiedTransport {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
}

/** The health of a transport, as far as notifications need it. */
export interface HealthView {
  readonly failingSince: number | null;
  /** Percentage of `disableAfterHours` that the last warning named (25, 50 or 75); 0: no warning in the present series of failures. */
  readonly failingWarned: number;
  readonly isCircuitOpen: boolean;
  readonly isDisabled: boolean;
}

/** The health of a transport before and after an attempt, and the change that the attempt caused. */
export interface HealthTransition {
  readonly before: HealthView;
  readonly after: HealthView;
  readonly learned: TransportRecord | undefined;
  readonly disableAfterMs: number;
  /** The database's clock, ms since the epoch. */
  readonly nowMs: number;
}

/**
 * The notification to publish once the attempt is recorded.
 *
 * @param event the event that was sent; undefined: it is not known
 */
export function attemptNotification(
  { tenantUid, httpTransportUid }: NotifiedTransport,
  delivery: QueuedDelivery,
  record: AttemptRecord,
  event: OutgoingEvent | undefined,
  nowMs: number,
): WebhookNotification {
  const attempted = {
    at: new Date(nowMs),
    tenantUid,
    httpTransportUid,
    deliveryUid: deliveryUidOf(delivery.deliveryId),
    eventUid: event?.eventUid ?? null,
    action: event?.action ?? null,
    attempt: delivery.attempts + 1,
    durationMs: record.durationMs,
    responseStatusCode: record.responseStatusCode,
    errorCode: record.errorCode,
  };
  if (record.status === 'DELIVERED') return { type: 'deliverySucceeded', ...attempted };
  return record.nextDueAt === null
    ? { type: 'deliveryExhausted', ...attempted, reason: record.reason ?? 'EXHAUSTED' }
    : { type: 'deliveryFailed', ...attempted, nextAttemptAt: new Date(record.nextDueAt) };
}

/** The same notification for a delivery that does not end after all, because a redelivery was requested meanwhile. */
export function asRetried(notification: WebhookNotification, nextAttemptAt: Date): WebhookNotification {
  if (notification.type !== 'deliveryExhausted') return notification;
  const { reason: _reason, ...attempted } = notification;
  return { ...attempted, type: 'deliveryFailed', nextAttemptAt };
}

/** The notifications about the transport to publish once the attempt and its change of the transport are recorded. */
export function transportNotifications(
  { tenantUid, httpTransportUid }: NotifiedTransport,
  { before, after, learned, disableAfterMs, nowMs }: HealthTransition,
): WebhookNotification[] {
  const about = { at: new Date(nowMs), tenantUid, httpTransportUid };
  if (after.failingSince === null) {
    const { failingSince, failingWarned, isCircuitOpen } = before;
    if (failingSince === null) return [];
    const wasNotified = isCircuitOpen || failingWarned > 0;
    return wasNotified
      ? [{ type: 'transportRecovered', ...about, failingSince: new Date(failingSince) }]
      : [];
  }
  const notifications: WebhookNotification[] = [];
  const { failingSince } = after;
  const failing = (share: number | null): TransportFailing =>
    failingNotification(about, failingSince, { share, disableAfterMs, nowMs });
  if (!after.isDisabled && !before.isCircuitOpen && after.isCircuitOpen) notifications.push(failing(null));
  if (!after.isDisabled && learned?.failingWarned !== undefined)
    notifications.push(failing(learned.failingWarned / 100));
  // Published once: other attempts that were in flight lead to the same change.
  if (learned?.disabledReason !== undefined && !before.isDisabled)
    notifications.push({ type: 'transportDisabled', ...about, reason: learned.disabledReason });
  return notifications;
}

/**
 * The notification that a transport is failing.
 *
 * @param failingSince ms since the epoch
 * @param share the part of `disableAfterHours` that has passed; null: its circuit has opened
 */
export const failingNotification = (
  { tenantUid, httpTransportUid }: NotifiedTransport,
  failingSince: number,
  { share, disableAfterMs, nowMs }: { share: number | null; disableAfterMs: number; nowMs: number },
): TransportFailing => ({
  type: 'transportFailing',
  at: new Date(nowMs),
  tenantUid,
  httpTransportUid,
  cause: share === null ? 'CIRCUIT_OPENED' : 'DISABLED_SOON',
  share,
  failingSince: new Date(failingSince),
  disabledAt: new Date(failingSince + disableAfterMs),
});
