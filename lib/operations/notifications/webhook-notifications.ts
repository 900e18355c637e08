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
 * What this process has recorded, as observables, for metrics, alarms and bridges to a host's own events. A notification is
 * published after the commit, at most once, and in the process that recorded it: a process that dies takes its
 * notifications along, and other processes do not hear of them.
 *
 * Subscribers run after the code that published, and their errors are logged: they harm no delivery. One that blocks the
 * event loop delays everything in the process. Without subscribers and listener, nothing is made or published.
 */
@Injectable()
export class WebhookNotifications {
  /** Every notification. It completes when the application shuts down. */
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
