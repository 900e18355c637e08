import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AttemptResult,
  decideOutcome,
  type OutcomePolicy,
} from '../../../lib/domain/attempt-outcome.js';

const NOW = Date.UTC(2026, 0, 1);
const policy = (changes: Partial<OutcomePolicy> = {}): OutcomePolicy => ({
  clientErrors: 'retry',
  schedule: [5_000, 300_000, 1_800_000],
  attempt: 1,
  random: 0.5,
  nowMs: NOW,
  ...changes,
});
const responded = (statusCode: number, retryAfter?: string): AttemptResult => ({
  kind: 'response',
  statusCode,
  retryAfter,
});
const EXHAUSTED = { attempt: 4 };

describe('decideOutcome', () => {
  it.each([200, 201, 202, 204, 226, 299])('treats %d as delivered', (statusCode) => {
    expect(decideOutcome(responded(statusCode), policy(EXHAUSTED))).toEqual({ kind: 'delivered' });
  });

  it.each([
    100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 404, 408, 409, 422, 451, 499, 500, 501, 505, 599, 999,
  ])('retries after %d, without slowing others down', (statusCode) =>
    expect(decideOutcome(responded(statusCode), policy())).toEqual({ kind: 'retry', delayMs: 5_000 }),
  );

  it.each(['TIMEOUT', 'TLS_FAILED', 'DNS_FAILED', 'CONNECTION_RESET', 'BLOCKED_TARGET'])(
    'retries after the error %s',
    (code) => {
      const result: AttemptResult = { kind: 'error', code };
      expect(decideOutcome(result, policy({ attempt: 2, clientErrors: 'fail' }))).toEqual({
        kind: 'retry',
        delayMs: 300_000,
      });
      expect(decideOutcome(result, policy(EXHAUSTED))).toEqual({ kind: 'failed', reason: 'EXHAUSTED' });
    },
  );

  it('fails for good when the schedule is exhausted', () => {
    expect(decideOutcome(responded(500), policy({ attempt: 3 }))).toEqual({
      kind: 'retry',
      delayMs: 1_800_000,
    });
    expect(decideOutcome(responded(500), policy(EXHAUSTED))).toEqual({ kind: 'failed', reason: 'EXHAUSTED' });
    expect(decideOutcome(responded(500), policy({ schedule: [] }))).toEqual({
      kind: 'failed',
      reason: 'EXHAUSTED',
    });
  });

  it('fails for good on 410 and disables the transport', () => {
    for (const clientErrors of ['retry', 'fail'] as const) {
      const gone = { kind: 'failed', reason: 'GONE', disable: 'GONE' };
      expect(decideOutcome(responded(410), policy({ clientErrors }))).toEqual(gone);
    }
  });

  it("treats a 4xx as final under 'fail', except for temporary ones", () => {
    for (const statusCode of [400, 401, 404, 409, 422, 499]) {
      const final = { kind: 'failed', reason: 'CLIENT_ERROR' };
      expect(decideOutcome(responded(statusCode), policy({ clientErrors: 'fail' }))).toEqual(final);
    }
    for (const statusCode of [399, 408, 429, 500]) {
      expect(decideOutcome(responded(statusCode), policy({ clientErrors: 'fail' })).kind).toBe('retry');
    }
  });

  describe.each([429, 502, 503, 504])('after %d', (statusCode) => {
    it('slows the transport down for as long as Retry-After says, and this delivery with it', () => {
      const outcome = { kind: 'retry', delayMs: 60_000, slowDownMs: 60_000 };
      expect(decideOutcome(responded(statusCode, '60'), policy())).toEqual(outcome);
      expect(decideOutcome(responded(statusCode, new Date(NOW + 60_000).toUTCString()), policy())).toEqual(
        outcome,
      );
    });

    it('keeps to the schedule when that waits longer than Retry-After', () => {
      const outcome = decideOutcome(responded(statusCode, '60'), policy({ attempt: 2 }));
      expect(outcome).toEqual({ kind: 'retry', delayMs: 300_000, slowDownMs: 60_000 });
    });

    it("waits no longer than the schedule's longest wait, whatever Retry-After says", () => {
      const outcome = { kind: 'retry', delayMs: 1_800_000, slowDownMs: 1_800_000 };
      expect(decideOutcome(responded(statusCode, '99999999999'), policy())).toEqual(outcome);
    });

    it('slows down for the first wait of the schedule if Retry-After is missing or not valid', () => {
      for (const retryAfter of [undefined, '', 'soon', '-1']) {
        const first = decideOutcome(responded(statusCode, retryAfter), policy());
        expect(first).toEqual({ kind: 'retry', delayMs: 5_000, slowDownMs: 5_000 });
      }
    });

    it('slows down for the first wait only if there is no Retry-After, although this delivery waits longer', () => {
      const outcome = decideOutcome(responded(statusCode), policy({ attempt: 3 }));
      expect(outcome).toEqual({ kind: 'retry', delayMs: 1_800_000, slowDownMs: 5_000 });
    });

    it('slows down after the last attempt too', () => {
      const failed = { kind: 'failed', reason: 'EXHAUSTED' };
      expect(decideOutcome(responded(statusCode), policy(EXHAUSTED))).toEqual({
        ...failed,
        slowDownMs: 5_000,
      });
      expect(decideOutcome(responded(statusCode, '7'), policy({ schedule: [] }))).toEqual({
        ...failed,
        slowDownMs: 7_000,
      });
      expect(decideOutcome(responded(statusCode), policy({ schedule: [] }))).toEqual(failed);
    });

    it('does not slow down when Retry-After asks for no wait', () => {
      expect(decideOutcome(responded(statusCode, '0'), policy())).toEqual({ kind: 'retry', delayMs: 5_000 });
    });
  });

  it('ignores Retry-After on every other response', () => {
    expect(decideOutcome(responded(500, '60'), policy())).toEqual({ kind: 'retry', delayMs: 5_000 });
    expect(decideOutcome(responded(301, '60'), policy())).toEqual({ kind: 'retry', delayMs: 5_000 });
  });

  it('never waits a negative time, longer than the schedule allows, or more often than it lists', () => {
    const wait = fc.integer({ min: 0, max: 604_800_000 });
    fc.assert(
      fc.property(
        fc.record({
          clientErrors: fc.constantFrom('retry' as const, 'fail' as const),
          schedule: fc.array(wait, { maxLength: 50 }),
          attempt: fc.integer({ min: 1, max: 60 }),
          random: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.integer({ min: 100, max: 999 }),
        fc.option(fc.oneof(fc.string(), fc.nat().map(String)), { nil: undefined }),
        (settings, statusCode, retryAfter) => {
          const outcome = decideOutcome(responded(statusCode, retryAfter), policy(settings));
          if (outcome.kind !== 'retry') return;
          expect(settings.attempt).toBeLessThanOrEqual(settings.schedule.length);
          expect(outcome.delayMs).toBeGreaterThanOrEqual(outcome.slowDownMs ?? 0);
          expect(outcome.delayMs).toBeLessThanOrEqual(Math.round(Math.max(...settings.schedule) * 1.2));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
