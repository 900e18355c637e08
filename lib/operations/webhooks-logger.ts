import { Logger, type LoggerService } from '@nestjs/common';

/**
 * The only logger of the module: Nest's `Logger` with the context `Webhooks`. It never throws and never leaves a rejected
 * promise, even if the host's logger does: a log line that cannot be written must not stop a delivery or the process. Such
 * a line is lost.
 *
 * Nest's `Logger` reads the host's logger from `localInstance` for each line, including lines that `bufferLogs` delays.
 */
export class WebhooksLogger extends Logger {
  constructor() {
    super('Webhooks');
  }

  override get localInstance(): LoggerService {
    return guarded(() => super.localInstance);
  }
}

type Method = 'log' | 'error' | 'warn' | 'debug' | 'verbose' | 'fatal';

/** @param loggerOf finds the host's logger for each line; it may throw, too */
function guarded(loggerOf: () => LoggerService | undefined): LoggerService {
  const method =
    (name: Method) =>
    (...parts: unknown[]): void => {
      try {
        // If the host's logger lacks a method, nothing is written, as with Nest's own Logger.
        const result: unknown = (loggerOf() as Partial<Record<Method, (...parts: unknown[]) => unknown>>)?.[
          name
        ]?.(...parts);
        if (typeof result === 'object' && result !== null) Promise.resolve(result).catch(() => undefined);
      } catch {
        // The line is lost.
      }
    };
  return {
    log: method('log'),
    error: method('error'),
    warn: method('warn'),
    debug: method('debug'),
    verbose: method('verbose'),
    fatal: method('fatal'),
  };
}
