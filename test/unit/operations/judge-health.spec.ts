import { describe, expect, it } from '@jest/globals';
import {
  DOWN_AFTER_MS,
  FAILING_FROM,
  FAILURE_COUNTS_FOR_MS,
  judgeHealth,
  OVERDUE_AFTER_MS,
  type HealthFacts,
} from '../../../lib/operations/health/judge-health.js';
import type { Backlog } from '../../../lib/persistence/ports/backlog-store.js';
import type { RoundStatus } from '../../../lib/timing/round-history.js';

const CALM: RoundStatus = {
  lastSuccessAt: 1,
  consecutiveFailures: 0,
  failingForMs: 0,
  lastFailureAgoMs: null,
  lastError: undefined,
  isWholeStage: false,
};
const failing = (changes: Partial<RoundStatus> = {}): RoundStatus => ({
  lastSuccessAt: null,
  consecutiveFailures: FAILING_FROM,
  failingForMs: 1_000,
  lastFailureAgoMs: 100,
  lastError: Object.assign(new Error('permission denied for table webhook_lane'), { code: '42501' }),
  isWholeStage: true,
  ...changes,
});
const ROUNDS = { fanOut: CALM, claim: CALM, read: CALM, record: CALM };
const NONE = { value: 0, isAtLeast: false };
const BACKLOG: Backlog = {
  events: NONE,
  oldestEventMs: null,
  due: NONE,
  oldestDueMs: null,
  unclaimedMs: null,
};
const FACTS: HealthFacts = {
  isReachable: true,
  missingTables: [],
  backlog: BACKLOG,
  backlogError: undefined,
  rounds: ROUNDS,
  heldBy: [],
  environmentExplanation: 'Another environment.',
  stopExplanation: 'Stopped.',
  missingKeyIds: [],
  retention: undefined,
  now: 0,
  areWakeUpsUnproven: false,
  clockSkew: undefined,
};
const judge = (changes: Partial<HealthFacts>) => judgeHealth({ ...FACTS, ...changes });
const codes = ({ reasons }: ReturnType<typeof judgeHealth>): string[] => reasons.map(({ code }) => code);

describe('The health of the module', () => {
  it('is ok while nothing is wrong', () => {
    expect(judge({})).toEqual({ status: 'ok', reasons: [] });
  });

  it.each(['fanOut', 'claim', 'read', 'record'] as const)(
    `is degraded when ${FAILING_FROM} rounds in a row have failed, and not before (%s)`,
    (stage) => {
      const judged = judge({ rounds: { ...ROUNDS, [stage]: failing() } });
      expect(judged.status).toBe('degraded');
      expect(codes(judged)).toEqual(['WORKER_FAILING']);
      const fewer = failing({ consecutiveFailures: FAILING_FROM - 1 });
      expect(judge({ rounds: { ...ROUNDS, [stage]: fewer } }).status).toBe('ok');
    },
  );

  it('is down when a stage has been failing for long, and says what, since when, and why', () => {
    const at = (failingForMs: number) => judge({ rounds: { ...ROUNDS, claim: failing({ failingForMs }) } });
    expect(at(DOWN_AFTER_MS - 1).status).toBe('degraded');
    const { status, reasons } = at(DOWN_AFTER_MS);
    expect(status).toBe('down');
    expect(reasons[0]!.message).toMatch(
      /^Claiming lanes failed 3 times in a row for 30 s: permission denied for table webhook_lane \(42501\)\. The worker retries/,
    );
  });

  it('is never down while only a few rows are refused, and says so', () => {
    const claim = failing({ failingForMs: 100 * DOWN_AFTER_MS, isWholeStage: false });
    const { status, reasons } = judge({ rounds: { ...ROUNDS, claim } });
    expect(status).toBe('degraded');
    expect(reasons[0]!.message).toContain('Only a few rows are refused');
  });

  it('forgets failures after which nothing was tried for long', () => {
    const old = failing({ failingForMs: 10 * DOWN_AFTER_MS, lastFailureAgoMs: FAILURE_COUNTS_FOR_MS + 1 });
    expect(judge({ rounds: { ...ROUNDS, read: old } }).status).toBe('ok');
  });

  it('names the database alone, and not the failing rounds, while it is away or lacks tables', () => {
    const rounds = { ...ROUNDS, claim: failing({ failingForMs: DOWN_AFTER_MS }) };
    const unmeasured = { rounds, backlog: undefined };
    expect(codes(judge({ ...unmeasured, isReachable: false }))).toEqual(['DATABASE_UNREACHABLE']);
    expect(codes(judge({ ...unmeasured, missingTables: ['webhook_lane'] }))).toEqual(['TABLES_MISSING']);
    expect(judge({ ...unmeasured, isReachable: false }).status).toBe('down');
    expect(judge({ ...unmeasured, missingTables: ['webhook_lane'] }).status).toBe('down');
  });

  it.each([
    ['DELIVERIES_OVERDUE', 'unclaimedMs'],
    ['EVENTS_OVERDUE', 'oldestEventMs'],
  ] as const)('is degraded by %s beyond the threshold, and not at it', (code, age) => {
    const backlog = { ...BACKLOG, [age]: OVERDUE_AFTER_MS + 1 };
    expect(judge({ backlog })).toMatchObject({ status: 'degraded', reasons: [{ code }] });
    expect(judge({ backlog: { ...backlog, [age]: OVERDUE_AFTER_MS } }).status).toBe('ok');
  });

  it('shows bounded counts as such', () => {
    const due = { value: 10_000, isAtLeast: true };
    const { reasons } = judge({ backlog: { ...BACKLOG, due, unclaimedMs: 3 * 3_600_000 } });
    expect(reasons[0]!.message).toMatch(/for 3 h, and no process works on it; deliveries due: 10,000\+/);
  });

  it('is not degraded by deliveries that wait behind earlier ones of their own transport', () => {
    expect(judge({ backlog: { ...BACKLOG, oldestDueMs: 100 * OVERDUE_AFTER_MS } }).status).toBe('ok');
  });

  it.each([
    ['SWITCHED_OFF', 'DELIVERY_SWITCHED_OFF'],
    ['ENVIRONMENT', 'ENVIRONMENT_MISMATCH'],
    ['STOPPED_BY_OPERATOR', 'DELIVERIES_STOPPED'],
  ] as const)('names %s instead of what waits because of it', (hold, code) => {
    const backlog = {
      ...BACKLOG,
      unclaimedMs: 10 * OVERDUE_AFTER_MS,
      oldestEventMs: 10 * OVERDUE_AFTER_MS,
    };
    const judged = judge({ backlog, heldBy: [hold] });
    expect(judged.status).toBe('degraded');
    expect(codes(judged)).toEqual([code]);
  });

  it('is degraded when the queue cannot be read', () => {
    const backlogError = new Error('permission denied for table webhook_queue');
    const { status, reasons } = judge({ backlog: undefined, backlogError });
    expect(status).toBe('degraded');
    expect(reasons).toMatchObject([
      { code: 'QUEUE_UNREADABLE', message: expect.stringContaining('webhook_queue') },
    ]);
  });

  it('is degraded when no pass of retention was completed for a day, since the last one or the start', () => {
    const hour = 3_600_000;
    const at = (retention: { startedAt: number; lastPassAt: number | null; lastError?: unknown }) =>
      judge({ now: 100 * hour, retention: { lastError: undefined, ...retention } });
    expect(at({ startedAt: 76 * hour, lastPassAt: null }).status).toBe('ok');
    expect(at({ startedAt: 10 * hour, lastPassAt: 76 * hour }).status).toBe('ok');
    const lastError = new Error('permission denied for table webhook_event');
    const { status, reasons } = at({ startedAt: 10 * hour, lastPassAt: 70 * hour, lastError });
    expect(status).toBe('degraded');
    expect(reasons).toMatchObject([
      { code: 'RETENTION_OVERDUE', message: expect.stringMatching(/for 30 h, .* webhook_event\. Give/) },
    ]);
    expect(at({ startedAt: 10 * hour, lastPassAt: 70 * hour }).reasons).toMatchObject([
      { message: expect.stringMatching(/so old deliveries and events remain\. Give/) },
    ]);
  });

  it('is degraded by missing keys, unproven wake-ups and a wrong clock', () => {
    const judged = judge({
      missingKeyIds: ['k1'],
      areWakeUpsUnproven: true,
      clockSkew: 'The clock is wrong.',
    });
    expect(judged.status).toBe('degraded');
    expect(codes(judged)).toEqual(['ENCRYPTION_KEY_MISSING', 'WAKE_UPS_UNPROVEN', 'CLOCK_SKEW']);
  });
});
