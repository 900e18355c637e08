import { Injectable } from '@nestjs/common';
import { filter, type Observable } from 'rxjs';
import type {
  WebhookNotification,
  WebhookNotificationOf,
  WebhookNotificationType,
} from '../../domain/notification.js';
import { GuardedObservable } from './guarded-observable.js';
import { NotificationHub } from './notification-hub.js';

/**
 * Notifications of this process as observables, for metrics, alarms and bridges to a host's own events. A notification is
 * published at most once, after the commit, and only in the process that recorded it. If that process dies, its pending
 * notifications are lost.
 *
 * Subscribers run after the code that published, and their errors are logged, so they cannot affect a delivery. A
 * subscriber that blocks the event loop delays everything in the process. If there is neither a subscriber nor a listener,
 * nothing is published.
 */
@Injectable()
export class WebhookNotifications {
  /** Every notification. The observable completes when the application shuts down. */
  readonly all$: Observable<WebhookNotification>;

  constructor(hub: NotificationHub) {
    this.all$ = new GuardedObservable(hub.subject, (error) => hub.failed(error));
  }

  /**
   * The notifications of the given kinds.
   *
   * @param types at least one, e.g. `'deliveryExhausted'`
   */
  of<Type extends WebhookNotificationType>(
    ...types: [Type, ...Type[]]
  ): Observable<WebhookNotificationOf<Type>> {
    const wanted: ReadonlySet<string> = new Set(types);
    return this.all$.pipe(
      filter((notification): notification is WebhookNotificationOf<Type> => wanted.has(notification.type)),
    );
  }
}
