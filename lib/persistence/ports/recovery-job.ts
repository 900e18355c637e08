import type {
  RecoverableStatus,
  RecoveryKind,
  RecoveryPhase,
  RecoveryReason,
  RecoveryState,
} from '../../domain/recovery.js';
import type { HeldRecovery } from './recovery-store.js';

/** A recovery or replay of a transport. Instants are ms since the epoch. */
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
  readonly cursorId: number;
  readonly found: number;
  readonly requeued: number;
  readonly created: number;
  readonly skipped: number;
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
