import type {
  RecoverableStatus,
  RecoveryKind,
  RecoveryPhase,
  RecoveryReason,
  RecoveryState,
} from '../../domain/recovery.js';
import type { RecoveryRow } from '../ports/recovery-job.js';

/** A row of `webhook_recovery`, by column name. */
export type RecoveryJobRow = Record<string, unknown>;

/**
 * Converts numbers, because TypeORM's PostgreSQL driver may return 64-bit numbers as text.
 *
 * @throws {SyntaxError} if the column `statuses` or `actions` contains no JSON
 */
export const recoveryJobOf = (row: RecoveryJobRow): RecoveryRow => ({
  id: Number(row['id']),
  leaseToken: Number(row['lease_token']),
  tenantUid: row['tenant_uid'] as string,
  transportId: Number(row['transport_id']),
  httpTransportUid: row['http_transport_uid'] as string,
  kind: row['kind'] as RecoveryKind,
  since: Number(row['since_at']),
  until: Number(row['until_at']),
  statuses: JSON.parse(row['statuses'] as string) as RecoverableStatus[],
  actions: row['actions'] === null ? undefined : (JSON.parse(row['actions'] as string) as string[]),
  webhookId: numberOrNull(row['webhook_id']),
  webhookUid: row['webhook_uid'] as string | null,
  state: row['state'] as RecoveryState,
  reason: row['reason'] as RecoveryReason | null,
  phase: row['phase'] as RecoveryPhase | null,
  cursorId: Number(row['cursor_id']),
  found: Number(row['found']),
  requeued: Number(row['requeued']),
  created: Number(row['created']),
  skipped: Number(row['skipped']),
  payloadGone: Number(row['payload_gone']),
  createdAt: Number(row['created_at']),
  startedAt: numberOrNull(row['started_at']),
  finishedAt: numberOrNull(row['finished_at']),
});

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));
