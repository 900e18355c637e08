import type { AuditKind } from '../../domain/audit.js';
import type { RecoveryCriteria } from '../../domain/recovery.js';
import type { Database, Statement } from '../ports/database.js';
import { changesSql, insertAudit, type FieldSql } from './audit-sql.js';
import { DIALECTS } from './dialect.js';
import { ACTIVE_RECOVERY } from './recovery-statements.js';
import { statement } from './statement.js';
import { uidSql } from './uid-sql.js';

/*
 * Statements that add entries to the audit about jobs that recover or replay. Only the database knows the id of a new job, so the
 * statements read the row of the job.
 */

const UID = uidSql('rec_', 'id');

/** Adds the entry about a job that the same transaction has inserted. */
export function auditRecoveryStart(
  database: Database,
  transportId: number,
  { kind, since, until, statuses, actions, webhook }: RecoveryCriteria,
  actor: string | null,
): Statement {
  const { json } = DIALECTS[database.kind];
  const text = (field: string, value: string) => ({ field, to: 'CAST(? AS text)', value });
  const list = (field: string, values: readonly string[]) => ({
    field,
    to: json('?'),
    value: JSON.stringify(values),
  });
  const given = [
    text('kind', kind),
    text('since', new Date(since).toISOString()),
    text('until', new Date(until).toISOString()),
    ...(statuses.length > 0 ? [list('statuses', statuses)] : []),
    ...(actions ? [list('actions', actions)] : []),
    ...(webhook ? [text('webhookUid', webhook.webhookUid)] : []),
  ];
  const fields = [{ field: 'recoveryUid', to: UID }, ...given].map(({ field, to }): FieldSql => ({
    field,
    from: 'NULL',
    to,
  }));
  // A transport has at most one job that has not ended, so this condition finds the new job.
  return entryOf(database, 'RECOVERY_STARTED', fields, `transport_id = ? AND ${ACTIVE_RECOVERY}`, [
    actor,
    ...given.map(({ value }) => value),
    transportId,
  ]);
}

/** Adds the entry about a job that the same transaction has cancelled. */
export const auditRecoveryCancel = (database: Database, id: number, actor: string | null): Statement =>
  entryOf(database, 'RECOVERY_CANCELLED', [{ field: 'recoveryUid', from: UID, to: 'NULL' }], 'id = ?', [
    actor,
    id,
  ]);

function entryOf(
  database: Database,
  kind: AuditKind,
  fields: readonly FieldSql[],
  condition: string,
  values: readonly unknown[],
): Statement {
  return statement(
    database,
    `${insertAudit((name) => database.table(name))}
     SELECT tenant_uid, ${DIALECTS[database.kind].instant}, CAST(? AS text), '${kind}', http_transport_uid, NULL,
       ${changesSql(database.kind, fields)}
     FROM ${database.table('webhook_recovery')} WHERE ${condition}`,
    [database.now(), ...values],
  );
}
