import { letProcessEnd } from '../timing/process-hold.js';

// Only tests import this file. If a test does not close an app with the module, that must not keep the test runner alive.
letProcessEnd();

export { deliverAll } from './deliver-all.js';
export type { DeliverAllOptions } from './deliver-all.js';
export { overrideWebhooks, recordingEmitterOf } from './override-webhooks.js';
export type { ModuleBuilder } from './override-webhooks.js';
export type { ProviderSource } from './instance-of.js';
export type { ReceiverResponse } from './receiver-response.js';
export type { RecordedEvent } from './recording-store.js';
export { RecordingWebhookEmitter } from './recording-webhook-emitter.js';
export { webhookMatchers } from './webhook-matchers.js';
export type { WebhookMatchers } from './webhook-matchers.js';
export { WebhookReceiver } from './webhook-receiver.js';
export type { ReceivedWebhook, WebhookReceiverOptions } from './webhook-receiver.js';
export { WebhooksTestingModule } from './webhooks-testing.module.js';
export type { WebhooksTestingOptions } from './webhooks-testing.module.js';

export { DeliveriesHeldError } from '../errors/admin.errors.js';
export {
  DeliveriesUnfinishedError,
  NotARecordingEmitterError,
  NotInTestsError,
  ReceiverTimeoutError,
  WorkerNotRunningError,
} from '../errors/testing.errors.js';
export type { DeliveriesLeft } from '../errors/testing.errors.js';
