import { WebhooksError } from './webhooks-error.js';

/** The command is not possible in the transport's current state. Nothing was changed. */
export class TransportStateConflictError extends WebhooksError {
  /**
   * @param command e.g. `pause`
   * @param state the current state
   */
  constructor(command: 'pause' | 'resume' | 'disable' | 'enable', state: string) {
    const remedy = state === 'PAUSED' ? 'Resume it instead.' : 'Enable it first.';
    super(
      'TRANSPORT_STATE_CONFLICT',
      `The http transport is ${state.toLowerCase()}: it cannot be ${command}d. ${remedy}`,
    );
  }
}
