import {
  firstPhase,
  type RecoveryCriteria,
  type RecoveryReason,
  type RecoveryState,
} from '../../domain/recovery.js';
import type { Database, Statement } from '../ports/database.js';
import type { RecoveredTransport } from '../ports/recovery-job.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/*
 * Statements about the jobs of a transport, each for a transaction that also writes something else. A transport has at most
 * one job that has not ended, so the id of the transport finds that job.
 */

/**
 * The condition of a job that has not ended. SQLite uses the partial index of these jobs only if a statement contains this
 * exact text.
 */
export const ACTIVE_RECOVERY = `state IN ('QUEUED', 'RUNNING')`;

/** The phase of a job that has ended: a recovery still has items to delete; for a replay, nothing is left to do (null). */
const PHASE_AFTER_END = `CASE WHEN kind = 'RECOVER' THEN 'CLEAN' END`;

/** Assignments of an UPDATE that ends jobs. The first two parameters of the UPDATE are the current time. */
export const endRecovery = (state: RecoveryState): string =>
  `state = '${state}', phase = ${PHASE_AFTER_END}, holder = NULL, lease_token = lease_token + 1, finished_at = ?, due_at = ?`;

/**
 * Adds a job, and returns its row. If the transport was deleted, it adds none. Until the end of the transaction, the transport
 * cannot be deleted, so the deletion of a transport, or of its tenant, finds every job.
 */
export function insertRecovery(
  database: Database,
  transport: RecoveredTransport,
  criteria: RecoveryCriteria,
): Statement {
  const now = database.now();
  const { actions, webhook } = criteria;
  const [text, number] = ['CAST(? AS text)', 'CAST(? AS bigint)'];
  return statement(
    database,
    `INSERT INTO ${database.table('webhook_recovery')} (tenant_uid, transport_id, http_transport_uid, state, kind, since_at,
       until_at, statuses, actions, webhook_id, webhook_uid, phase, created_at, due_at)
     SELECT tenant_uid, id, http_transport_uid, 'QUEUED', ${text}, ${number}, ${number}, ${text}, ${text}, ${number}, ${text},
       ${text}, ${number}, ${number}
     FROM ${database.table('webhook_http_transport')} WHERE id = ? ${DIALECTS[database.kind].keepRows} RETURNING *`,
    [
      criteria.kind,
      criteria.since,
      criteria.until,
      JSON.stringify(criteria.statuses),
      actions === undefined ? null : JSON.stringify(actions),
      webhook?.id ?? null,
      webhook?.webhookUid ?? null,
      firstPhase(criteria),
      now,
      now,
      transport.id,
    ],
  );
}

/** If a transport has a job that has not ended, ends the job as `FAILED`, with the given reason. */
export function endActiveRecovery(
  database: Database,
  transportId: number,
  reason: RecoveryReason,
): Statement {
  const now = database.now();
  return statement(
    database,
    `UPDATE ${database.table('webhook_recovery')} SET ${endRecovery('FAILED')}, reason = ?
      WHERE transport_id = ? AND ${ACTIVE_RECOVERY}`,
    [now, now, reason, transportId],
  );
}

/** If a job waits for its transport to be resumed, makes the job due. */
export const wakeWaitingRecovery = (database: Database, transportId: number): Statement =>
  statement(
    database,
    `UPDATE ${database.table('webhook_recovery')} SET due_at = ?
      WHERE transport_id = ? AND ${ACTIVE_RECOVERY} AND state = 'QUEUED' AND holder IS NULL`,
    [database.now(), transportId],
  );
