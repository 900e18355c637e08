import type { WebhookNotification } from '../../domain/notification.js';
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
  readonly isCircuitOpen: boolean;
  readonly isDisabled: boolean;
}

/** The health of a transport before and after an attempt, and the change that the attempt caused. */
export interface TransportTurn {
  readonly before: HealthView;
  readonly after: HealthView;
  readonly learned: TransportRecord | undefined;
  /** Whether it is time to warn that the transport will be disabled. */
  readonly isWarningDue: boolean;
  readonly disableAfterMs: number;
  /** The database's clock, ms since the epoch. */
  readonly nowMs: number;
}

/** Once a transport has failed for this part of `disableAfterMs`, `transportFailing` is published even if its circuit never opens. */
const FAILING_PART = 0.5;

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
  { before, after, learned, isWarningDue, disableAfterMs, nowMs }: TransportTurn,
): WebhookNotification[] {
  const about = { at: new Date(nowMs), tenantUid, httpTransportUid };
  if (after.failingSince === null) {
    const { failingSince, isCircuitOpen } = before;
    if (failingSince === null) return [];
    const wasNotified = isCircuitOpen || nowMs - failingSince >= FAILING_PART * disableAfterMs;
    return wasNotified
      ? [{ type: 'transportRecovered', ...about, failingSince: new Date(failingSince) }]
      : [];
  }
  const notifications: WebhookNotification[] = [];
  const cause =
    !before.isCircuitOpen && after.isCircuitOpen
      ? 'CIRCUIT_OPENED'
      : isWarningDue
        ? 'DISABLED_SOON'
        : undefined;
  if (cause !== undefined && !after.isDisabled)
    notifications.push({
      type: 'transportFailing',
      ...about,
      cause,
      failingSince: new Date(after.failingSince),
      disabledAt: new Date(after.failingSince + disableAfterMs),
    });
  // Published once: other attempts that were in flight lead to the same change.
  if (learned?.disabledReason !== undefined && !before.isDisabled)
    notifications.push({ type: 'transportDisabled', ...about, reason: learned.disabledReason });
  return notifications;
}
