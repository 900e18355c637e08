import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RefusalLog } from '../../../lib/operations/refusal-log.js';
import { LogCapture } from '../../support/log-capture.js';

describe('RefusalLog', () => {
  let logger: LogCapture;
  beforeEach(() => {
    logger = new LogCapture();
    Logger.overrideLogger(logger);
  });
  afterEach(() => {
    Logger.overrideLogger(['error', 'warn']);
  });

  it('shortens a host that is longer than any valid one', () => {
    new RefusalLog().refused({ rule: 'HOST_NAME', host: 'x'.repeat(2_000) });
    expect(logger.at('warn', /was refused \(HOST_NAME\)/)).toEqual([
      expect.stringContaining(`A URL with the host ${'x'.repeat(260)}… was refused`),
    ]);
  });
});
