import { Logger, type LoggerService } from '@nestjs/common';

/**
 * The only logger of the module: Nest's `Logger` with the context `Webhooks`. It never throws and leaves no rejected promise
 * behind, whatever the host's logger does, since a log line that cannot be written must not stop a delivery or the process. Such
 * a line is lost.
 *
 * `localInstance` is where Nest's `Logger` takes the host's logger from at each line, also for lines that `bufferLogs` delays.
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

/** @param loggerOf finds the host's logger at each line; it may throw, too */
function guarded(loggerOf: () => LoggerService | undefined): LoggerService {
  const method =
    (name: Method) =>
    (...parts: unknown[]): void => {
      try {
        // A method that the host's logger leaves out writes nothing, as with Nest's own Logger.
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
