import type { HoldReason } from '../../delivery/delivery-switch.js';
import type { WorkerRounds } from '../../delivery/worker-status.js';
import { TABLES_MISSING_REMEDY } from '../../errors/database.errors.js';
import type { Backlog } from '../../persistence/ports/backlog-store.js';
import type { RoundStatus } from '../../timing/round-history.js';
import type { HealthReason, HealthReasonCode, HealthStatus } from './health-report.js';
import type { RetentionStatus } from '../retention/retention-job.js';
import { safeErrorText } from '../safe-error-text.js';

/** Number of failed rounds in a row from which a stage of the worker counts as degraded. */
export const FAILING_FROM = 3;
/** A stage that has been failing as a whole for this long is down, in ms. */
export const DOWN_AFTER_MS = 30_000;
/** If the last failure is older than this, in ms, it is ignored: nothing has been tried since. */
export const FAILURE_COUNTS_FOR_MS = 120_000;
/** An event, or a transport with a due delivery, is overdue if it waits for longer than this, in ms. */
export const OVERDUE_AFTER_MS = 300_000;

/** The retention job is overdue if no process has completed a pass for longer than this, in ms. */
export const RETENTION_OVERDUE_AFTER_MS = 24 * 3_600_000;

/** The facts on which the result is based. */
export interface HealthFacts {
  readonly isReachable: boolean;
  /** Tables that are missing. */
  readonly missingTables: readonly string[];
  /** Undefined: the backlog was not measured. */
  readonly backlog: Backlog | undefined;
  /** Why the backlog could not be measured; undefined: it was measured, or not tried. */
  readonly backlogError: unknown;
  /** Undefined: this process has no worker. */
  readonly rounds: WorkerRounds | undefined;
  readonly heldBy: readonly HoldReason[];
  /** Explains `ENVIRONMENT` in `heldBy`. */
  readonly environmentExplanation: string;
  /** Explains `STOPPED_BY_OPERATOR` in `heldBy`. */
  readonly stopExplanation: string;
  readonly missingKeyIds: readonly string[];
  /** Undefined: this process does not run the retention job. */
  readonly retention: Pick<RetentionStatus, 'startedAt' | 'lastPassAt' | 'lastError'> | undefined;
  /** The database's clock, ms since the epoch. */
  readonly now: number;
  readonly areWakeUpsUnproven: boolean;
  /** The warning about the clock; undefined: the clock is correct. */
  readonly clockSkew: string | undefined;
}

/** Determines the health of the module from these facts alone. */
export function judgeHealth(facts: HealthFacts): { status: HealthStatus; reasons: HealthReason[] } {
  const fatal = [...databaseReasons(facts), ...workerReasons(facts, true)];
  const reasons = [
    ...fatal,
    ...workerReasons(facts, false),
    ...backlogReasons(facts),
    ...holdReasons(facts),
    ...retentionReasons(facts),
    ...surroundings(facts),
  ];
  const status = fatal.length > 0 ? 'down' : reasons.length > 0 ? 'degraded' : 'ok';
  return { status, reasons };
}

function databaseReasons({ isReachable, missingTables }: HealthFacts): HealthReason[] {
  if (!isReachable)
    return [
      reason(
        'DATABASE_UNREACHABLE',
        'The database does not respond. Check that it runs, and that this process can connect to it.',
      ),
    ];
  if (missingTables.length === 0) return [];
  const names = missingTables.join(', ');
  return [reason('TABLES_MISSING', `Webhook tables missing: ${names}. ${TABLES_MISSING_REMEDY}`)];
}

/** While the database or its tables are missing, failing rounds are no separate problem. */
const isDatabaseThere = ({ isReachable, missingTables }: HealthFacts): boolean =>
  isReachable && missingTables.length === 0;

const STAGES: Readonly<Record<keyof WorkerRounds, string>> = {
  fanOut: 'Fan-out',
  claim: 'Claiming lanes',
  read: 'Reading due deliveries',
  record: 'Recording outcomes',
};

/** @param isDown true: stages that are down; false: stages that are only degraded */
function workerReasons(facts: HealthFacts, isDown: boolean): HealthReason[] {
  const { rounds } = facts;
  if (!rounds || !isDatabaseThere(facts)) return [];
  return (Object.keys(STAGES) as (keyof WorkerRounds)[])
    .filter((stage) => isFailing(rounds[stage]) && isDown === isStageDown(rounds[stage]))
    .map((stage) => reason('WORKER_FAILING', failingText(STAGES[stage], rounds[stage])));
}

const isFailing = ({ consecutiveFailures, lastFailureAgoMs }: RoundStatus): boolean =>
  consecutiveFailures >= FAILING_FROM && (lastFailureAgoMs ?? Infinity) <= FAILURE_COUNTS_FOR_MS;

/** A few bad rows do not stop other work, so they never bring the stage down. */
const isStageDown = ({ isWholeStage, failingForMs }: RoundStatus): boolean =>
  isWholeStage && failingForMs >= DOWN_AFTER_MS;

const failingText = (
  stage: string,
  { consecutiveFailures, failingForMs, lastError, isWholeStage }: RoundStatus,
): string =>
  `${stage} failed ${consecutiveFailures} times in a row for ${spoken(failingForMs)}: ${sentence(lastError)} ` +
  (isWholeStage
    ? ''
    : 'Only a few rows are refused, and they do not stop other work: the rounds failed in a row because no other work came meanwhile. ') +
  'The worker retries until it succeeds, and nothing is lost. Correct the cause that the error names, such as privileges, locks or disk space.';

function backlogReasons(facts: HealthFacts): HealthReason[] {
  if (!isDatabaseThere(facts)) return [];
  const { backlog, backlogError, heldBy } = facts;
  if (!backlog) {
    return [
      reason(
        'QUEUE_UNREADABLE',
        `The queue cannot be read: ${sentence(backlogError)} Give the role of the module its privileges, and look for locks on its tables.`,
      ),
    ];
  }
  const reasons: HealthReason[] = [];
  // Deliveries are held on purpose, and holdReasons reports that.
  if (heldBy.length > 0) return reasons;
  const { events, oldestEventMs, due, unclaimedMs } = backlog;
  if (unclaimedMs !== null && unclaimedMs > OVERDUE_AFTER_MS) {
    reasons.push(
      reason(
        'DELIVERIES_OVERDUE',
        `A transport has had a due delivery for ${spoken(unclaimedMs)}, and no process works on it; deliveries due: ${counted(due)}. ` +
          'Start processes with a worker, or more of them.',
      ),
    );
  }
  if (oldestEventMs !== null && oldestEventMs > OVERDUE_AFTER_MS) {
    reasons.push(
      reason(
        'EVENTS_OVERDUE',
        `An event has not been fanned out for ${spoken(oldestEventMs)}; events that wait: ${counted(events)}. ` +
          'Start processes with a worker, and look for "Fan-out failed" in their logs.',
      ),
    );
  }
  return reasons;
}

function holdReasons({ heldBy, environmentExplanation, stopExplanation }: HealthFacts): HealthReason[] {
  const reasons: HealthReason[] = [];
  if (heldBy.includes('ENVIRONMENT')) reasons.push(reason('ENVIRONMENT_MISMATCH', environmentExplanation));
  if (heldBy.includes('STOPPED_BY_OPERATOR')) reasons.push(reason('DELIVERIES_STOPPED', stopExplanation));
  if (heldBy.includes('SWITCHED_OFF')) {
    reasons.push(
      reason(
        'DELIVERY_SWITCHED_OFF',
        'Deliveries are switched off in this process. Pending deliveries are kept. Switch deliveries on with setDeliveryEnabled(true).',
      ),
    );
  }
  return reasons;
}

function retentionReasons(facts: HealthFacts): HealthReason[] {
  const { retention, now, heldBy } = facts;
  // The job does not run in a foreign environment, and holdReasons reports that.
  if (!retention || !isDatabaseThere(facts) || heldBy.includes('ENVIRONMENT')) return [];
  const { startedAt, lastPassAt, lastError } = retention;
  const idleMs = now - Math.max(startedAt ?? now, lastPassAt ?? 0);
  if (idleMs <= RETENTION_OVERDUE_AFTER_MS) return [];
  const cause = lastError === undefined ? '' : ` Last error: ${sentence(lastError)}`;
  return [
    reason(
      'RETENTION_OVERDUE',
      `Retention has not completed a pass for ${spoken(idleMs)}, so old deliveries and events remain.${cause} ` +
        'Give the role of the module its privileges, and look for "Retention failed" in the logs.',
    ),
  ];
}

function surroundings({
  isReachable,
  missingKeyIds,
  areWakeUpsUnproven,
  clockSkew,
}: HealthFacts): HealthReason[] {
  const reasons: HealthReason[] = [];
  if (missingKeyIds.length > 0) {
    reasons.push(
      reason(
        'ENCRYPTION_KEY_MISSING',
        `Some due deliveries need encryption keys that this process does not have: ` +
          `${missingKeyIds.map((id) => `"${id}"`).join(', ')}. This process leaves them to processes that have the keys. Add the keys to encryption.keys.`,
      ),
    );
  }
  if (isReachable && areWakeUpsUnproven) {
    reasons.push(
      reason(
        'WAKE_UPS_UNPROVEN',
        'Wake-ups of other processes do not arrive here. Nothing is lost: their work is found by polling. Give the module a direct ' +
          'address of the database (database.url), or correct the network or Redis.',
      ),
    );
  }
  if (clockSkew !== undefined) reasons.push(reason('CLOCK_SKEW', clockSkew));
  return reasons;
}

const reason = (code: HealthReasonCode, message: string): HealthReason => ({ code, message });

/** The text of an error as a separate sentence. */
const sentence = (error: unknown): string => safeErrorText(error).replace(/[^.…]$/, '$&.');

/** For example `10,000+`. */
const counted = ({ value, isAtLeast }: { value: number; isAtLeast: boolean }): string =>
  `${value.toLocaleString('en-US')}${isAtLeast ? '+' : ''}`;

/** For example `4 s`, `12 min`, `3 h`. */
function spoken(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
