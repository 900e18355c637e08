import { keptMs, type RetentionPeriods } from './retention.js';

/** `RECOVER`: deliveries that failed or were missed. `REPLAY`: all events that a webhook of the transport matches, even those without a delivery. */
export const RECOVERY_KINDS = ['RECOVER', 'REPLAY'] as const;
export type RecoveryKind = (typeof RECOVERY_KINDS)[number];

/**
 * `QUEUED`: waits for a worker, or until the obstacle in `reason` is removed. `RUNNING`: enqueues deliveries. `DONE`: has
 * enqueued all that it found. `CANCELLED`: somebody cancelled it. `FAILED`: ended early; `reason` says why.
 */
export const RECOVERY_STATES = ['QUEUED', 'RUNNING', 'DONE', 'CANCELLED', 'FAILED'] as const;
export type RecoveryState = (typeof RECOVERY_STATES)[number];

/** Statuses of the deliveries that can be recovered. */
export const RECOVERABLE_STATUSES = ['FAILED', 'MISSED'] as const;
export type RecoverableStatus = (typeof RECOVERABLE_STATUSES)[number];

/** Why a recovery waits (the first two), or ended early. */
export type RecoveryReason =
  'TRANSPORT_PAUSED' | 'QUOTA_REACHED' | 'TRANSPORT_DISABLED' | 'TRANSPORT_DELETED' | 'WEBHOOK_DELETED';

/** How long a job that has ended is kept, in ms. */
export const RECOVERY_KEPT_MS = 90 * 86_400_000;

/** The selection of deliveries or events for a recovery or replay. */
export interface RecoveryCriteria {
  readonly kind: RecoveryKind;
  /** Milliseconds since the epoch, inclusive. RECOVER: deliveries that ended then or later. REPLAY: events emitted then or later. */
  readonly since: number;
  /** Milliseconds since the epoch, inclusive. RECOVER: deliveries created (not: ended) then or earlier. REPLAY: events emitted then or earlier. */
  readonly until: number;
  /** Only for RECOVER. */
  readonly statuses: readonly RecoverableStatus[];
  /** Undefined: all. */
  readonly actions: readonly string[] | undefined;
  /** Only for REPLAY: events that this webhook matches. Undefined: all webhooks of the transport. */
  readonly webhook: { readonly id: number; readonly webhookUid: string } | undefined;
}

/**
 * The next step of a job. `COLLECT_…`: stores the events of the deliveries with that status as items of the job. `ENQUEUE`:
 * enqueues the items, in the order of events. `REPLAY`: reads events and enqueues them. `CLEAN`: the job has ended, and its
 * items are deleted.
 */
export type RecoveryPhase = 'COLLECT_FAILED' | 'COLLECT_MISSED' | 'ENQUEUE' | 'REPLAY' | 'CLEAN';

/** The phase in which a job begins. */
export const firstPhase = ({ kind, statuses }: Pick<RecoveryCriteria, 'kind' | 'statuses'>): RecoveryPhase =>
  kind === 'REPLAY' ? 'REPLAY' : statuses.includes('FAILED') ? 'COLLECT_FAILED' : 'COLLECT_MISSED';

/** The phase after deliveries of one status were collected. */
export const phaseAfter = (
  phase: 'COLLECT_FAILED' | 'COLLECT_MISSED',
  statuses: readonly RecoverableStatus[],
): RecoveryPhase =>
  phase === 'COLLECT_FAILED' && statuses.includes('MISSED') ? 'COLLECT_MISSED' : 'ENQUEUE';

/** The status whose deliveries a phase collects. */
export const collectedStatus = (phase: 'COLLECT_FAILED' | 'COLLECT_MISSED'): RecoverableStatus =>
  phase === 'COLLECT_FAILED' ? 'FAILED' : 'MISSED';

/**
 * The time from which a job finds everything that it looks for, in ms since the epoch: `since` or later. Retention may have
 * deleted deliveries or events that are older than this time. A recovery finds ended deliveries. A replay finds
 * events, which are stored at least as long as one of their deliveries, or, without deliveries, for a period of their own.
 *
 * @param periods the tenant's periods; undefined: this process deletes nothing (`retention: false`)
 * @param now ms since the epoch
 */
export function completeFrom(
  { kind, since, statuses }: Pick<RecoveryCriteria, 'kind' | 'since' | 'statuses'>,
  periods: RetentionPeriods | undefined,
  now: number,
): number {
  if (periods === undefined) return since;
  const kept =
    kind === 'RECOVER'
      ? statuses.map((status) => keptMs(periods, status))
      : [periods.unmatchedMs, periods.deliveredMs, periods.failedMs];
  return Math.max(since, now - Math.min(...kept));
}

/** Maximum length of a stored ordering key, in characters. */
const MAX_ORDERING_KEY = 255;
/** Separates the keys of recovered deliveries from those of fresh ones. If a host's own key begins with it, deliveries only wait longer. */
const RECOVERED_KEY = '\u0001';

/**
 * The ordering key of a recovered delivery. Recovered deliveries of one key wait for each other, in the order of their
 * events; they neither wait for fresh deliveries nor delay them. If two long keys become equal, their deliveries only wait
 * for each other.
 *
 * @param orderingKey the event's; null: none, so all of the tenant's events without one share a key
 */
export const recoveredKey = (orderingKey: string | null): string =>
  (RECOVERED_KEY + (orderingKey ?? '')).slice(0, MAX_ORDERING_KEY);
