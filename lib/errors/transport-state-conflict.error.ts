import { WebhooksError } from './webhooks-error.js';

/** What was asked for makes no sense in the transport's present state. Nothing was changed. */
export class TransportStateConflictError extends WebhooksError {
  /**
   * @param command e.g. `pause`
   * @param state the present one
   */
  constructor(command: 'pause' | 'resume' | 'disable' | 'enable', state: string) {
    const remedy = state === 'PAUSED' ? 'Resume it instead.' : 'Enable it first.';
    super(
      'TRANSPORT_STATE_CONFLICT',
      `The http transport is ${state.toLowerCase()}: it cannot be ${command}d. ${remedy}`,
    );
  }
}
