import { describe, expect, it } from '@jest/globals';
import { AttemptLog, type FailedAttempt } from '../../../../lib/delivery/sending/attempt-log.js';

const attempt = (status: 'FAILED' | 'PENDING'): FailedAttempt => ({
  transport: { tenantUid: 'shop', httpTransportUid: 'erp' },
  delivery: { deliveryId: 7, attempts: 0 },
  event: undefined,
  target: { ok: false, code: 'SECRET_UNREADABLE', message: '' },
  record: {
    status,
    reason: status === 'FAILED' ? 'EXHAUSTED' : null,
    nextDueAt: status === 'FAILED' ? null : 0,
    durationMs: 0,
    responseStatusCode: null,
    errorCode: 'SECRET_UNREADABLE',
  },
});

describe('the log of failed attempts', () => {
  it('has at most 20 lines of a level in 10 s, and then says how many it has left out', () => {
    const lines: string[] = [];
    let now = 0;
    const log = new AttemptLog(
      { warn: (line) => lines.push(`warn ${line}`), debug: (line) => lines.push(`debug ${line}`) },
      () => now,
    );
    for (let count = 0; count < 1_000; count += 1) log.failed(attempt('PENDING'));
    expect(lines).toHaveLength(20);
    log.failed(attempt('FAILED'));
    expect(lines.at(-1)).toMatch(
      /^warn Attempt 1 of delivery dlv_\w+ of an event that is not stored any more to HTTP transport "erp" of tenant "shop" failed after 0 ms: SECRET_UNREADABLE, so nothing was sent. The delivery has failed \(EXHAUSTED\).$/,
    );
    now = 10_000;
    log.failed(attempt('PENDING'));
    expect(lines.slice(21)).toEqual([
      'debug 980 more failed attempt(s) were not written to this log. The delivery log has all of them.',
      expect.stringMatching(/^debug Attempt 1 /),
    ]);
  });
});
