import { ConsoleLogger } from '@nestjs/common';

/** Contexts under which Nest logs what keeps an app from starting, with its stack. */
const START_ERRORS: readonly unknown[] = ['ExceptionHandler', 'NestApplication'];

/** Warnings and errors only; what keeps the app from starting is left to `main.ts`, which says it once, for people. */
export class AppLogger extends ConsoleLogger {
  constructor() {
    super({ logLevels: ['warn', 'error', 'fatal'] });
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!START_ERRORS.includes(rest.at(-1))) super.error(message, ...rest);
  }
}
