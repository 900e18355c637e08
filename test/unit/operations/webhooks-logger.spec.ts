import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';
import { WebhooksLogger } from '../../../lib/operations/webhooks-logger.js';

const LEVELS = ['log', 'error', 'warn', 'debug', 'verbose', 'fatal'] as const;

const loggerWith = (write: (...parts: unknown[]) => unknown): LoggerService =>
  Object.fromEntries(
    LEVELS.map((level) => [level, (...parts: unknown[]) => write(level, ...parts)]),
  ) as never;

describe('The logger of the module', () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  afterEach(() => {
    Logger.overrideLogger(new ConsoleLogger());
    process.off('unhandledRejection', onRejection);
  });

  it('passes each line to the logger of the host, with the context Webhooks', () => {
    const lines: unknown[][] = [];
    Logger.overrideLogger(loggerWith((...parts) => void lines.push(parts)));
    const logger = new WebhooksLogger();
    for (const level of LEVELS) logger[level]('message');
    expect(lines.map(([level, message]) => [level, message])).toEqual(
      LEVELS.map((level) => [level, 'message']),
    );
    expect(lines.every((parts) => parts.at(-1) === 'Webhooks')).toBe(true);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['returns a rejected promise', () => Promise.reject(new Error('disk full'))],
    [
      'returns an object that throws when it is awaited',
      () =>
        Object.defineProperty({}, 'then', {
          get: () => {
            throw new Error('no');
          },
        }),
    ],
  ])('survives a logger of the host that %s', async (_what, write) => {
    Logger.overrideLogger(loggerWith(write));
    const logger = new WebhooksLogger();
    for (const level of LEVELS) expect(() => logger[level]('message')).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(rejections).toEqual([]);
  });

  it('survives a logger of the host whose methods are missing, and one that is switched off', () => {
    const logger = new WebhooksLogger();
    for (const none of [{} as LoggerService, false as const]) {
      Logger.overrideLogger(none);
      for (const level of LEVELS) expect(() => logger[level]('message')).not.toThrow();
    }
  });
});
