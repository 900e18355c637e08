import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Subject } from 'rxjs';
import type { NotificationSink, WebhookNotification } from '../../domain/notification.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { WEBHOOKS_NOTIFICATION_LISTENER } from '../../webhooks.tokens.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { NotificationQueue } from './notification-queue.js';

/** How long a shutdown waits for listeners. */
const LAST_NOTIFICATIONS_MS = 1_000;

/** A listener of the host, given as `notificationListener`. */
export interface WebhookNotificationListener {
  /**
   * Called with one notification after the other, in the process that recorded it, after the commit. The next call waits
   * for the promise that is returned, for at most 30 s. Errors are logged. A listener that falls more than 10,000
   * notifications behind misses some.
   */
  onNotification(notification: WebhookNotification): void | Promise<void>;
}

/** Takes notifications from the parts of the module, and passes them to the listener and to the subscribers. */
@Injectable()
export class NotificationHub implements NotificationSink, OnModuleInit, OnApplicationShutdown {
  readonly subject = new Subject<WebhookNotification>();
  readonly #logger = new WebhooksLogger();
  readonly #toSubscribers = this.#queue((notification) => this.subject.next(notification));
  #toListener: NotificationQueue | undefined;

  constructor(private readonly modules: ModuleRef) {}

  get isObserved(): boolean {
    return this.#toListener !== undefined || this.subject.observed;
  }

  publish(notification: WebhookNotification): void {
    this.#toListener?.add(notification);
    if (this.subject.observed) this.#toSubscribers.add(notification);
  }

  /** A subscriber has thrown or rejected. */
  failed(error: unknown): void {
    this.#toSubscribers.failed(error);
  }

  /** Fetched by hand, since a listener may depend on what depends on this: on `HttpTransports`, for instance. */
  onModuleInit(): void {
    const listener = this.modules.get<WebhookNotificationListener | null>(WEBHOOKS_NOTIFICATION_LISTENER);
    if (listener) this.#toListener = this.#queue((notification) => listener.onNotification(notification));
  }

  async onApplicationShutdown(): Promise<void> {
    const drained = Promise.all([this.#toSubscribers.drained(), this.#toListener?.drained()]);
    await withDeadline(drained, performance.now() + LAST_NOTIFICATIONS_MS);
    this.#toSubscribers.close();
    this.#toListener?.close();
    this.subject.complete();
  }

  #queue(consume: (notification: WebhookNotification) => unknown): NotificationQueue {
    return new NotificationQueue(consume, (message) => this.#logger.warn(message));
  }
}
