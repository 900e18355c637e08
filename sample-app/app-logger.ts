import { ConsoleLogger } from '@nestjs/common';

/** Contexts under which Nest logs errors at start, with their stacks. */
const START_ERRORS: readonly unknown[] = ['ExceptionHandler', 'NestApplication'];

/** Logs warnings and errors, except errors at start: `main.ts` prints those once, as a message for people. */
export class AppLogger extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['warn', 'error', 'fatal'] });
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!START_ERRORS.includes(rest.at(-1))) super.error(message, ...rest);
  }
}
