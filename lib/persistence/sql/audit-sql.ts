import { SYSTEM_ACTOR, type Audited, type AuditKind } from '../../domain/audit.js';
import type { Database, DatabaseKind, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/*
 * Entries of the audit. Each statement belongs in the transaction of the change. Where the old values are not known for
 * certain, the statement reads them: put it before the change, in a transaction that has locked the row.
 */

const COLUMNS = 'tenant_uid, created_at, actor, kind, http_transport_uid, webhook_uid, changes';

/** The beginning of a statement that adds entries: the values or the SELECT follow. */
export const insertAudit = (table: (name: string) => string): string =>
  `INSERT INTO ${table('webhook_audit')} (${COLUMNS})`;

/** A transport, a webhook of it, or the tenant itself. */
export interface AuditedResource {
  readonly tenantUid: string;
  /** Empty: no transport. */
  readonly httpTransportUid: string;
  /** Null: no webhook. */
  readonly webhookUid: string | null;
}

/** Adds an entry whose changes are known. */
export const audit = (
  database: Database,
  { tenantUid, httpTransportUid, webhookUid }: AuditedResource,
  { kind, actor, changes }: Audited,
): Statement =>
  statement(database, `${insertAudit((name) => database.table(name))} VALUES (?, ?, ?, ?, ?, ?, ?)`, [
    tenantUid,
    database.now(),
    actor,
    kind,
    httpTransportUid,
    webhookUid,
    JSON.stringify(changes),
  ]);

/** A field of an entry, by SQL expressions. */
export interface FieldSql {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** The changes of an entry as an expression: the JSON text of `AuditChange[]`. */
export function changesSql(kind: DatabaseKind, fields: readonly FieldSql[]): string {
  const { jsonArray, jsonObject, text } = DIALECTS[kind];
  const objects = fields.map(
    ({ field, from, to }) => `${jsonObject}('field', '${field}', 'from', ${from}, 'to', ${to})`,
  );
  return text(`${jsonArray}(${objects.join(', ')})`);
}

const lost = (field: string, from: string): FieldSql => ({ field, from, to: 'NULL' });

/** Adds the entry of a transport that is deleted next. If the transport no longer exists, it adds none. */
export const auditTransportDeletion = (
  database: Database,
  transportId: number,
  actor: string | null,
): Statement =>
  statement(
    database,
    `${insertAudit((name) => database.table(name))}
     SELECT tenant_uid, ${DIALECTS[database.kind].instant}, CAST(? AS text), 'TRANSPORT_DELETED', http_transport_uid, NULL,
       ${changesSql(database.kind, [lost('name', 'name'), lost('url', 'url'), lost('state', 'state')])}
     FROM ${database.table('webhook_http_transport')} WHERE id = ?`,
    [database.now(), actor, transportId],
  );

/**
 * Adds the entries of webhooks that are deleted next.
 *
 * @param column `id`: one webhook; `transport_id`: all webhooks of a transport
 */
export const auditWebhookDeletions = (
  database: Database,
  column: 'id' | 'transport_id',
  value: number,
  actor: string | null,
): Statement => {
  const { boolean } = DIALECTS[database.kind];
  const fields = [
    lost('action', 'w.action'),
    lost('enabled', boolean('w.enabled')),
    lost('ordered', boolean('w.ordered')),
  ];
  return auditWebhooks(database, 'WEBHOOK_DELETED', column, value, actor, fields, []);
};

/** The settings of a webhook that change, by the name of their column. */
export type WebhookColumns = Readonly<Partial<Record<'action' | 'enabled' | 'ordered', string | boolean>>>;

/** Adds the entry of a webhook that is changed next. */
export function auditWebhookChange(
  database: Database,
  webhookId: number,
  settings: WebhookColumns,
  actor: string | null,
): Statement {
  const { boolean } = DIALECTS[database.kind];
  const values: unknown[] = [];
  const fields = Object.entries(settings).map(([field, value]): FieldSql => {
    if (typeof value === 'boolean') return { field, from: boolean(`w.${field}`), to: boolean(String(value)) };
    values.push(value);
    return { field, from: `w.${field}`, to: 'CAST(? AS text)' };
  });
  return auditWebhooks(database, 'WEBHOOK_CHANGED', 'id', webhookId, actor, fields, values);
}

function auditWebhooks(
  database: Database,
  kind: AuditKind,
  column: 'id' | 'transport_id',
  value: number,
  actor: string | null,
  fields: readonly FieldSql[],
  fieldValues: readonly unknown[],
): Statement {
  return statement(
    database,
    `${insertAudit((name) => database.table(name))}
     SELECT w.tenant_uid, ${DIALECTS[database.kind].instant}, CAST(? AS text), '${kind}', t.http_transport_uid, w.webhook_uid,
       ${changesSql(database.kind, fields)}
     FROM ${database.table('webhook_webhook')} w
     JOIN ${database.table('webhook_http_transport')} t ON t.id = w.transport_id WHERE w.${column} = ?`,
    [database.now(), actor, ...fieldValues, value],
  );
}

/** The changes of a transport that is disabled automatically. */
const DISABLED = (state: string, reason: string): readonly FieldSql[] => [
  { field: 'state', from: state, to: `'DISABLED'` },
  { field: 'disabledReason', from: 'NULL', to: reason },
];

/**
 * Selects the entry of a transport that is disabled automatically.
 *
 * @param from table with `tenant_uid`, `http_transport_uid` and the state before
 * @param sql expressions: the state before, the reason, and the instant
 */
export const selectAutomaticDisable = (
  kind: DatabaseKind,
  from: string,
  { state, reason, now }: { state: string; reason: string; now: string },
): string =>
  `SELECT tenant_uid, ${now}, '${SYSTEM_ACTOR}', 'TRANSPORT_DISABLED', http_transport_uid, NULL,
     ${changesSql(kind, DISABLED(state, reason))} FROM ${from}`;

/**
 * An UPDATE of a transport that may change no row, with an entry if it does. The last of the statements adds the entry.
 *
 * @param update with `?` for its parameters, as for `statement`
 */
export function auditedTransportUpdate(
  database: Database,
  update: Statement,
  transportId: number,
  { kind, actor, changes }: Audited,
): Statement[] {
  const insert = insertAudit((name) => database.table(name));
  const { instant, movesRows, rowsChanged } = DIALECTS[database.kind];
  const entry = `SELECT tenant_uid, ${instant}, CAST(? AS text), '${kind}', http_transport_uid, NULL, CAST(? AS text) FROM`;
  const values = [database.now(), actor, JSON.stringify(changes)];
  if (movesRows) {
    const both = `WITH changed AS (${update.sql} RETURNING tenant_uid, http_transport_uid) ${insert} ${entry} changed`;
    return [statement(database, both, [...update.parameters, ...values])];
  }
  const ifChanged = `${insert} ${entry} ${database.table('webhook_http_transport')} WHERE id = ? AND ${rowsChanged} > 0`;
  return [
    statement(database, update.sql, update.parameters),
    statement(database, ifChanged, [...values, transportId]),
  ];
}
