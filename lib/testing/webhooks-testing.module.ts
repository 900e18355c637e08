import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { ActionCatalog } from '../domain/action-catalog.js';
import { WebhookEmitter } from '../emitter/webhook-emitter.js';
import { NotificationHub } from '../operations/notifications/notification-hub.js';
import { WebhookNotifications } from '../operations/notifications/webhook-notifications.js';
import { posCatalog } from '../pos/pos-catalog.js';
import { EXPORTED } from '../webhooks.instances.js';
import { WEBHOOKS_NOTIFICATION_LISTENER } from '../webhooks.tokens.js';
import { notThere } from './not-there.js';
import { RecordingWebhookEmitter } from './recording-webhook-emitter.js';

/** Options of `WebhooksTestingModule.forRoot`. */
export interface WebhooksTestingOptions {
  /** The catalog of the real `WebhooksModule`. Default: `posCatalog`. */
  readonly catalog?: ActionCatalog;
}

/** The real classes: they need no database, and services subscribe to them in their constructors. Nothing is published. */
const NOTIFICATIONS: Provider[] = [
  { provide: WEBHOOKS_NOTIFICATION_LISTENER, useValue: null },
  NotificationHub,
  WebhookNotifications,
];
const REAL: readonly unknown[] = [WebhookEmitter, WebhookNotifications];

/**
 * Replaces `WebhooksModule` in a test: its `WebhookEmitter` is a `RecordingWebhookEmitter`, and there is no database.
 * Import it beside the providers under test, or use it with `overrideModule(webhooksModule).useModule(…)`, where
 * `webhooksModule` is the same value that the app imports. The module is global. `WebhookNotifications` can be subscribed
 * to but publishes nothing; other parts of the module throw `NotInTestsError` when they are called.
 */
@Module({})
export class WebhooksTestingModule {
  static forRoot({ catalog = posCatalog }: WebhooksTestingOptions = {}): DynamicModule {
    const others = EXPORTED.filter((type) => !REAL.includes(type));
    return {
      module: WebhooksTestingModule,
      global: true,
      providers: [
        { provide: WebhookEmitter, useFactory: () => new RecordingWebhookEmitter({ catalog }) },
        { provide: RecordingWebhookEmitter, useExisting: WebhookEmitter },
        ...NOTIFICATIONS,
        ...others.map((token) => ({ provide: token, useValue: notThere(token.name) })),
      ],
      exports: [WebhookEmitter, RecordingWebhookEmitter, WebhookNotifications, ...others],
    };
  }
}
