import { inspect } from 'node:util';

/** An environment variable has a value the app cannot start with. The message is all an operator needs. */
export class ConfigError extends Error {
  /**
   * @param variable its name, e.g. `WEBHOOKS_POLL_MS`
   * @param received the value as it was given; pass `undefined` for a secret, which is then not shown
   * @param problem what is wrong with it, as the rest of a sentence
   * @param remedy what to set instead, as a sentence
   */
  constructor(
    readonly variable: string,
    received: string | undefined,
    problem: string,
    remedy: string,
  ) {
    super(`${variable}${received === undefined ? '' : `=${inspect(received)}`} ${problem}. ${remedy}`);
    this.name = 'ConfigError';
  }
}
