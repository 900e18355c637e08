import type { WebhookNotification } from '../../domain/notification.js';
import { deliveryUidOf } from '../../domain/uid.js';
import type { QueuedDelivery } from '../../persistence/lane-store.js';
import type { AttemptRecord, TransportRecord } from '../../persistence/record-store.js';
import type { OutgoingEvent } from '../bodies/event-contents.js';

/** Whom an attempt concerns. */
export interface NotifiedTransport {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
}

/** How a transport is doing, as notifications need it. */
export interface HealthView {
  readonly failingSince: number | null;
  readonly isCircuitOpen: boolean;
  readonly isDisabled: boolean;
}

/** What an attempt changed for the whole transport. */
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

/** The part of the time until it is disabled after which a failing transport is notified, whatever its circuit. */
const FAILING_PART = 0.5;

/**
 * The notification that an attempt deserves once it is recorded.
 *
 * @param event what was sent, if it is known
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

/** The notifications that the transport deserves once the attempt and what it meant are recorded. */
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
  // Further attempts that were in flight conclude the same.
  if (learned?.disabledReason !== undefined && !before.isDisabled)
    notifications.push({ type: 'transportDisabled', ...about, reason: learned.disabledReason });
  return notifications;
}
