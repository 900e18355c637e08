import { WebhooksError } from './webhooks-error.js';

/** A matcher was used on a value that is not a recording emitter. */
export class NotARecordingEmitterError extends WebhooksError {
  constructor() {
    super(
      'NOT_A_RECORDING_EMITTER',
      'The value of expect() records no events. Pass the RecordingWebhookEmitter of the test: app.get(RecordingWebhookEmitter).',
    );
  }
}
