import { notificationEvent, type NotificationEvent } from '../../domain/notification-event.js';
import type { TransportFailing, WebhookNotification } from '../../domain/notification.js';
import { isReservedAction } from '../../domain/reserved-actions.js';
import type { AttemptRecord } from '../../persistence/ports/record-store.js';
import { failingNotification, type HealthView, type NotifiedTransport } from './attempt-notifications.js';

/** The last reported state of a series of failures. */
interface ReportedFailures {
  readonly failingSince: number;
  readonly isCircuitOpen: boolean;
  readonly failingWarned: number;
}

/** An attempt after which a transport may have to be reported. */
export interface ReportableAttempt {
  /** The notifications about the transport that the attempt has caused. */
  readonly notifications: readonly WebhookNotification[];
  /** The action of the event that was sent; null: it is not known. */
  readonly action: string | null;
  /** The health of the transport after the attempt. */
  readonly after: HealthView;
  readonly disableAfterMs: number;
  /** The database's clock, ms since the epoch. */
  readonly nowMs: number;
}

/**
 * Decides which notifications are also stored as events, so that notifications never cause each other without end:
 *
 * - The failed delivery of a notification event is not reported.
 * - A failing transport is reported only with a failed attempt of an event that is not a notification, or that is not stored any
 *   more. If only notifications have failed so far, the report waits for such an attempt.
 * - That a transport has recovered is reported only if its failure was reported. The database checks this.
 * - A transport is disabled once, so that is always reported.
 *
 * A new holder of a lane does not know what was reported, and reports it again. The database has these events already, by
 * their uids, and ignores them.
 */
export class ReportedEvents<Lane extends NotifiedTransport> {
  readonly #reported = new WeakMap<Lane, ReportedFailures>();

  /** The events to store with the change of the transport. */
  ofTransport(lane: Lane, attempt: ReportableAttempt): NotificationEvent[] {
    const { notifications, action, after } = attempt;
    const events = notifications.flatMap((notification) =>
      notification.type === 'transportRecovered' || notification.type === 'transportDisabled'
        ? notificationEvent(notification)
        : [],
    );
    if (after.failingSince === null || after.isDisabled) return events;
    if (action !== null && isReservedAction(action)) return events;
    return [...this.#failures(lane, attempt, after.failingSince).map(notificationEvent), ...events];
  }

  #failures(
    lane: Lane,
    { after, disableAfterMs, nowMs }: ReportableAttempt,
    since: number,
  ): TransportFailing[] {
    const { isCircuitOpen, failingWarned } = after;
    if (!isCircuitOpen && failingWarned === 0) return [];
    const last = this.#reported.get(lane);
    const before = last?.failingSince === since ? last : undefined;
    this.#reported.set(lane, { failingSince: since, isCircuitOpen, failingWarned });
    const failing = (share: number | null): TransportFailing =>
      failingNotification(lane, since, { share, disableAfterMs, nowMs });
    return [
      ...(isCircuitOpen && !before?.isCircuitOpen ? [failing(null)] : []),
      ...(failingWarned > (before?.failingWarned ?? 0) ? [failing(failingWarned / 100)] : []),
    ];
  }
}

/** Adds the event to an attempt that ends its delivery without success. */
export function withEvent(record: AttemptRecord, notification: WebhookNotification): AttemptRecord {
  if (notification.type !== 'deliveryExhausted') return record;
  // The action of a crashed attempt is not known here. The database checks the action of each event.
  if (notification.action !== null && isReservedAction(notification.action)) return record;
  return { ...record, event: notificationEvent(notification) };
}
