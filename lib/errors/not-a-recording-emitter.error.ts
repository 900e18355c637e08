import { WebhooksError } from './webhooks-error.js';

/** A matcher was given something that records no events. */
export class NotARecordingEmitterError extends WebhooksError {
  constructor() {
    super(
      'NOT_A_RECORDING_EMITTER',
      'The value of expect() records no events. Pass the RecordingWebhookEmitter of the test: app.get(RecordingWebhookEmitter).',
    );
  }
}
