import type { Database, Statement } from '../../persistence/ports/database.js';
import type { RowsToDelete } from '../../persistence/sql/delete-some.js';
import { statement } from '../../persistence/sql/statement.js';

/** Rows of a tenant that are found by its uid. @param order the columns after `tenant_uid` of the index that finds them */
const byUid = (table: string, key: string, tenantUid: string, order: string): RowsToDelete => ({
  table,
  key,
  condition: 'tenant_uid = ?',
  parameters: [tenantUid],
  order: `tenant_uid, ${order}`,
});

/** Events that wait for fan-out. */
export const outboxRows = (tenantUid: string): RowsToDelete =>
  byUid('webhook_outbox', 'tenant_uid, event_id', tenantUid, 'event_id');

/** Statistics of a tenant. */
export function statisticRows(tenantId: number): RowsToDelete {
  const key = 'tenant_id, granularity, transport_id, start, action';
  return {
    table: 'webhook_statistic',
    key,
    condition: 'tenant_id = ?',
    parameters: [tenantId],
    order: key,
  };
}

/** Events that a recovery has found. */
export const recoveryItemRows = (recoveryId: number): RowsToDelete => ({
  table: 'webhook_recovery_item',
  key: 'recovery_id, event_id',
  condition: 'recovery_id = ?',
  parameters: [recoveryId],
  order: 'recovery_id, event_id',
});

/** Tombstones: the names of a tenant's deleted transports and webhooks. */
export const tombstoneRows = (tenantUid: string): RowsToDelete =>
  byUid('webhook_tombstone', 'kind, id', tenantUid, 'kind, uid, id');

/** Recoveries. Their items have to be deleted first. */
export const recoveryRows = (tenantUid: string): RowsToDelete =>
  byUid('webhook_recovery', 'id', tenantUid, 'id');

/** Rows that are deleted after the transports, whose deletion writes audit entries. */
export const lateRows = (tenantUid: string): readonly RowsToDelete[] => [
  byUid('webhook_audit', 'id', tenantUid, 'id'),
  byUid('webhook_portal_link', 'link_uid', tenantUid, 'created_at'),
];

/** The last rows of a tenant: its queue depths, throttles and name, in one transaction and in the order of `LAST_TABLES`. */
export function lastStatements(database: Database, tenantUid: string, tenantId?: number): Statement[] {
  const ofTest = `test/${tenantUid}`;
  const table = (name: (typeof LAST_TABLES)[number]): string => database.table(name);
  return [
    // In the same transaction as the row of the tenant: a roll-up writes no queue depths of a tenant without that row.
    statement(database, `DELETE FROM ${table('webhook_queue_depth')} WHERE tenant_id = ?`, [
      tenantId ?? null,
    ]),
    statement(
      database,
      `DELETE FROM ${table('webhook_throttle')} WHERE subject = ? OR substr(subject, 1, ?) = ?`,
      [ofTest, ofTest.length + 1, `${ofTest}/`],
    ),
    statement(database, `DELETE FROM ${table('webhook_tenant')} WHERE tenant_uid = ?`, [tenantUid]),
  ];
}

/** The tables of `lastStatements`. */
export const LAST_TABLES = ['webhook_queue_depth', 'webhook_throttle', 'webhook_tenant'] as const;
