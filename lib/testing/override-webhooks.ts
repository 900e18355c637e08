import { EgressClient } from '../egress/egress-client.js';
import { WebhookEmitter } from '../emitter/webhook-emitter.js';
import { ClockWatch } from '../operations/clock-watch.js';
import { EncryptionKeyRotation } from '../operations/encryption/encryption-key-rotation.js';
import { EnvironmentGuard } from '../operations/environment-guard.js';
import { GlobalStop } from '../operations/global-stop/global-stop.js';
import { WebhooksHealth } from '../operations/health/health.js';
import { OverlapNotices } from '../operations/notifications/overlap-notices.js';
import { StatisticsRollUp } from '../operations/statistics/statistics-roll-up.js';
import { TelemetryGauges } from '../operations/telemetry/telemetry-gauges.js';
import { DATABASE } from '../persistence/ports/database.js';
import { EVENT_STORE } from '../persistence/ports/event-store.js';
import { SECRET_BOX } from '../secrets/secret-box.js';
import { STORES } from '../persistence/ports/stores.js';
import { WAKE_UPS } from '../wake-up/wake-ups.js';
import { HOST_DATA_SOURCE } from '../webhooks.tokens.js';
import { WebhooksStartup } from '../webhooks.startup.js';
import { WebhooksWorker } from '../webhooks.worker.js';
import { instanceOf, type ProviderSource } from './instance-of.js';
import { notThere } from './not-there.js';
import { RecordingWebhookEmitter } from './recording-webhook-emitter.js';

/** The part of Nest's `TestingModuleBuilder` that is used here. */
export interface ModuleBuilder {
  overrideProvider(token: unknown): {
    useClass(type: unknown): unknown;
    useValue(value: unknown): unknown;
  };
}

/** All parts of the module that open, use or keep connections. */
const NEEDING_THE_DATABASE = [
  HOST_DATA_SOURCE,
  DATABASE,
  STORES,
  EVENT_STORE,
  SECRET_BOX,
  WAKE_UPS,
  EgressClient,
  ClockWatch,
  EnvironmentGuard,
  GlobalStop,
  OverlapNotices,
  WebhooksStartup,
  WebhooksWorker,
  WebhooksHealth,
  EncryptionKeyRotation,
  StatisticsRollUp,
  TelemetryGauges,
];

/**
 * Makes an app with `WebhooksModule` record its events instead of writing them. The module opens no database and sends
 * nothing. Its emitter is a `RecordingWebhookEmitter` with the app's catalog. `WebhookNotifications` can be subscribed to but
 * publishes nothing. Other parts of the module can be injected; they throw `NotInTestsError` when they are called.
 *
 * ```ts
 * const moduleRef = await overrideWebhooks(Test.createTestingModule({ imports: [AppModule] })).compile();
 * const webhooks = recordingEmitterOf(moduleRef);
 * ```
 *
 * @returns the same builder
 */
export function overrideWebhooks<Builder extends ModuleBuilder>(builder: Builder): Builder {
  builder.overrideProvider(WebhookEmitter).useClass(RecordingWebhookEmitter);
  for (const token of NEEDING_THE_DATABASE) {
    const name = typeof token === 'string' ? token.replace('nestjs-tillhook:', '') : token.name;
    builder.overrideProvider(token).useValue(notThere(name));
  }
  return builder;
}

/**
 * The recording emitter of an app.
 *
 * @param app an app or a testing module that was created with `overrideWebhooks` or imports `WebhooksTestingModule`
 * @param name of the instance of the module. Default: the instance without a name
 */
export const recordingEmitterOf = (app: ProviderSource, name?: string): RecordingWebhookEmitter =>
  instanceOf<WebhookEmitter>(app, WebhookEmitter, name) as RecordingWebhookEmitter;
