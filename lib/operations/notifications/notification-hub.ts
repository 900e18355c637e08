import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Subject } from 'rxjs';
import type { NotificationSink, WebhookNotification } from '../../domain/notification.js';
import { withDeadline } from '../../timing/with-deadline.js';
import { WEBHOOKS_NOTIFICATION_LISTENER } from '../../webhooks.tokens.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { NotificationQueue } from './notification-queue.js';

/** How long a shutdown waits for listeners, in ms. */
const LAST_NOTIFICATIONS_MS = 1_000;

/** A listener of the host, given as `notificationListener`. */
export interface WebhookNotificationListener {
  /**
   * Called with one notification after another, after the commit, in the process that recorded it. The next call waits for
   * the returned promise, for at most 30 s. Errors are logged. If 10,000 or more notifications wait for a listener,
   * further ones may be dropped.
   */
  onNotification(notification: WebhookNotification): void | Promise<void>;
}

/** Receives notifications from the other parts of the module, and passes them to the listener and to the subscribers. */
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

  /** Handles the error of a subscriber that has thrown or rejected. */
  failed(error: unknown): void {
    this.#toSubscribers.failed(error);
  }

  /**
   * The listener is looked up here and not injected, because it may depend on a class that depends on this one, such as
   * `HttpTransports`.
   */
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
