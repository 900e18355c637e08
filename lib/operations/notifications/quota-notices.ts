import { notificationEvent } from '../../domain/notification-event.js';
import type { NotificationSink } from '../../domain/notification.js';
import type { NotificationRepository } from '../../persistence/repositories/notification.repository.js';

/** The parts of a process that `QuotaNotices` uses. */
export interface QuotaNoticesContext {
  readonly notifications: NotificationSink;
  readonly events: Pick<NotificationRepository, 'insert'>;
  /** Maximum number of pending deliveries of a tenant. */
  readonly maxPendingPerTenant: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/** Notifies tenants and operators that a tenant is near its quota of pending deliveries, or has reached it. */
export class QuotaNotices {
  constructor(private readonly context: QuotaNoticesContext) {}

  /** @param used number of pending deliveries */
  near(tenantUid: string, used: number): void {
    const { events, maxPendingPerTenant: limit, notifications, now, warn } = this.context;
    const quotaNear = {
      type: 'quotaNear' as const,
      at: new Date(now()),
      tenantUid,
      quota: 'maxPendingDeliveriesPerTenant' as const,
      used,
      limit,
    };
    notifications.publish(quotaNear);
    // If this event is lost, another one follows while the tenant is near its quota.
    events
      .insert(notificationEvent(quotaNear))
      .catch((error: unknown) =>
        warn(`Storing the event WEBHOOK_QUOTA_NEAR of tenant "${tenantUid}" failed`, error),
      );
  }

  /** @param pending number of pending deliveries */
  exceeded(tenantUid: string, pending: number): void {
    this.context.warn(
      `Tenant "${tenantUid}" has ${pending} deliveries pending, and maxPendingDeliveriesPerTenant is ` +
        `${this.context.maxPendingPerTenant}: further deliveries are logged as MISSED (QUOTA_EXCEEDED) and not sent. Find ` +
        'its HTTP transports that do not deliver, and disable or delete them; or raise the option.',
    );
  }
}
