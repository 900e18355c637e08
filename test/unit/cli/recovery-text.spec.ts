import { describe, expect, it } from '@jest/globals';
import type { WebhookRecovery } from 'nestjs-tillhook';
import { dryRunText, recoveryStep } from '../../../lib/cli/recovery/recovery-text.js';
import { notStartedHint } from '../../../lib/cli/recovery/not-started-hint.js';

const jobOf = (given: Partial<WebhookRecovery>): WebhookRecovery =>
  ({
    recoveryUid: 'rec_1',
    kind: 'RECOVER',
    state: 'RUNNING',
    reason: null,
    startedAt: null,
    found: 8,
    requeued: 0,
    created: 0,
    skipped: 0,
    payloadGone: 0,
    ...given,
  }) as WebhookRecovery;

describe('the progress of a job on the command line', () => {
  it('counts the found events as long as none is handled', () => {
    expect(recoveryStep(jobOf({ reason: 'TRANSPORT_PAUSED' }))).toEqual({
      text: 'RUNNING (TRANSPORT_PAUSED), events found',
      done: 8,
    });
  });

  it('has a total for a recovery, which finds all events first, and none for a replay', () => {
    const counts = { requeued: 1, created: 2, skipped: 1, payloadGone: 1 };
    const step = { text: 'RUNNING, events handled', done: 5 };
    expect(recoveryStep(jobOf(counts))).toEqual({ ...step, total: 8 });
    expect(recoveryStep(jobOf({ ...counts, kind: 'REPLAY' }))).toEqual({ ...step, total: undefined });
  });
});

describe('the hint about a job that does not start', () => {
  it.each<[string, Partial<WebhookRecovery>, number, string | undefined]>([
    ['asks for a worker after 15 s', {}, 15_000, 'No worker has started the job yet.'],
    [
      'names the reason of a wait',
      { reason: 'TRANSPORT_PAUSED' },
      15_000,
      'The job waits (TRANSPORT_PAUSED).',
    ],
    ['is not shown earlier', {}, 14_999, undefined],
    ['is not shown for a job that has started', { startedAt: '2026-03-14T09:26:53Z' }, 60_000, undefined],
  ])('%s', (_what, job, waitedMs, text) => {
    const hint = notStartedHint(jobOf(job), waitedMs);
    expect(text === undefined ? hint : hint?.slice(0, text.length)).toBe(text);
  });
});

describe('the result of a dry run on the command line', () => {
  it('is the summary alone if nothing would be sent, and marks a count that is a lower bound', () => {
    const nothing = { count: 0, sample: [], completeFrom: '2026-03-14T09:26:53Z', payloadGone: 3 };
    expect(dryRunText(nothing)).toBe(
      'Would send     0\nBody gone      3\nComplete from  2026-03-14 09:26:53Z\n',
    );
    expect(dryRunText({ ...nothing, count: 100_000, isAtLeast: true })).toMatch(
      /^Would send +100,000 or more\n/,
    );
  });
});
