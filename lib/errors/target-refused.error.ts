import { WebhooksError } from './webhooks-error.js';

/** The rule of the URL policy that a refused URL broke. Stable, for tests and metrics. */
export type TargetRule =
  | 'LENGTH'
  | 'CHARACTERS'
  | 'SCHEME'
  | 'AUTHORITY'
  | 'USER_INFO'
  | 'SYNTAX'
  | 'HTTP_NOT_ALLOWED'
  | 'PORT'
  | 'HOST_NAME'
  | 'RESERVED_NAME'
  | 'ADDRESS_SPELLING'
  | 'ADDRESS'
  | 'DENIED';

/**
 * A URL may not be a webhook's target. The message names the rule and never repeats the URL, which may hold
 * a password. It is meant for the person who typed the URL.
 */
export class TargetRefusedError extends WebhooksError {
  /**
   * @param rule the rule that was broken
   * @param explanation what the rule wants, as the rest of a sentence
   */
  constructor(
    readonly rule: TargetRule,
    explanation: string,
  ) {
    super('TARGET_REFUSED', `The URL is refused: ${explanation}.`);
  }
}
