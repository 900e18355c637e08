import type {
  RecoverableStatus,
  RecoveryKind,
  RecoveryPhase,
  RecoveryReason,
  RecoveryState,
} from '../../domain/recovery.js';
import type { HeldRecovery } from './recovery-store.js';

/**
 * A recovery or replay of a transport (a job). Instants are ms since the epoch. For `since`, `until`, `statuses`, `actions`
 * and the webhook, see `RecoveryCriteria`.
 */
export interface RecoveryRow extends HeldRecovery {
  readonly tenantUid: string;
  readonly transportId: number;
  readonly httpTransportUid: string;
  readonly kind: RecoveryKind;
  readonly since: number;
  readonly until: number;
  readonly statuses: readonly RecoverableStatus[];
  readonly actions: readonly string[] | undefined;
  readonly webhookId: number | null;
  readonly webhookUid: string | null;
  readonly state: RecoveryState;
  readonly reason: RecoveryReason | null;
  /** Null: nothing is left to do. */
  readonly phase: RecoveryPhase | null;
  /** Id of the last delivery or event of the phase that was handled. */
  readonly cursorId: number;
  /** Number of events that the job has found so far. Each of those that were handled is in one of the next four counts. */
  readonly found: number;
  /** Deliveries that moved from the log to the queue. */
  readonly requeued: number;
  /** Deliveries that were created, because the event had none to the transport. */
  readonly created: number;
  /** Events that were not enqueued, e.g. because their delivery is pending or their webhook was deleted. */
  readonly skipped: number;
  /** Events whose body is not stored any more. */
  readonly payloadGone: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** The transport that a job belongs to. */
export interface RecoveredTransport {
  readonly id: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
}

/** A request for a page of jobs, newest first. */
export interface RecoveryPageRequest {
  /** Undefined: of all transports. */
  readonly httpTransportUid: string | undefined;
  /** Exclusive. Undefined: from the newest. */
  readonly beforeId: number | undefined;
  readonly limit: number;
}
