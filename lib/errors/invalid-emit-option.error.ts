import { WebhooksError } from './webhooks-error.js';

/** The options of `emit` or `emitMany` are invalid. Nothing was written. */
export class InvalidEmitOptionError extends WebhooksError {
  /**
   * @param option the member at fault; empty for the options themselves
   * @param problem the value that was passed, and what to pass instead
   */
  constructor(
    readonly option: string,
    problem: string,
  ) {
    super(
      'INVALID_EMIT_OPTION',
      `${option === '' ? 'The options' : `The option "${option}"`} of emit ${problem}`,
    );
  }
}
