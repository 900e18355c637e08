import { WebhooksError } from './webhooks-error.js';

/** The rule of the URL policy that a rejected URL violates. Stable, for tests and metrics. */
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
 * A URL is not allowed as the target of a transport. The message names the rule and never repeats the URL, which may
 * contain a password. It is meant for the user who entered the URL.
 */
export class TargetRefusedError extends WebhooksError {
  /**
   * @param rule the violated rule
   * @param explanation what the rule requires, as the rest of a sentence
   */
  constructor(
    readonly rule: TargetRule,
    explanation: string,
  ) {
    super('TARGET_REFUSED', `The URL is refused: ${explanation}.`);
  }
}
