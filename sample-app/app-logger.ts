import { ConsoleLogger } from '@nestjs/common';

/** The context under which Nest prints, with its stack, what keeps an app from starting. */
const START_ERRORS = 'ExceptionHandler';

/** Warnings and errors only; what keeps the app from starting is left to `main.ts`, which says it once, for people. */
export class AppLogger extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['warn', 'error', 'fatal'] });
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== START_ERRORS) super.error(message, ...rest);
  }
}
