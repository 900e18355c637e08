import { SYSTEM_ACTOR, type Audited, type AuditKind } from '../../domain/audit.js';
import type { Database, DatabaseKind, Statement } from '../ports/database.js';
import { type Dialect, DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/*
 * Statements that add entries to the audit. Put each of them in the transaction of the change. If the process cannot know the old
 * values for certain, the statement reads them. Put such a statement before the change, in a transaction that has locked the row.
 */

const COLUMNS = 'tenant_uid, created_at, actor, kind, http_transport_uid, webhook_uid, changes';

/** The beginning of a statement that adds entries: VALUES or a SELECT follows. */
export const insertAudit = (table: (name: string) => string): string =>
  `INSERT INTO ${table('webhook_audit')} (${COLUMNS})`;

/** The resource that an entry is about: a transport, a webhook of a transport, a tenant, or all tenants. */
export interface AuditedResource {
  /** Empty: the entry is about all tenants. */
  readonly tenantUid: string;
  /** Empty: the entry is about no transport. */
  readonly httpTransportUid: string;
  /** Null: the entry is about no webhook. */
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

/** A field that changes, for `AuditChange`. */
export interface FieldSql {
  readonly field: string;
  /** Expression for the old value. */
  readonly from: string;
  /** Expression for the new value. */
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

/** A field of a resource that is deleted. */
const lost = (field: string, from: string): FieldSql => ({ field, from, to: 'NULL' });

/** Adds the entry about a transport that is deleted next. If the transport no longer exists, no entry is added. */
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
 * Adds the entries about webhooks that are deleted next.
 *
 * @param column `id`: one webhook; `transport_id`: all webhooks of a transport
 * @param value id of the webhook or of the transport
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

/** The new values of the settings of a webhook that change, by the name of their column. */
export type WebhookColumns = Readonly<Partial<Record<'action' | 'enabled' | 'ordered', string | boolean>>>;

/** Adds the entry about a webhook that is changed next. */
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
 * Selects the entry about a transport that is disabled automatically, for an INSERT that begins with `insertAudit`.
 *
 * @param from FROM item with `tenant_uid`, `http_transport_uid` and the old state, and a condition if there is one
 * @param sql expressions: the old state, the reason, and the current time
 */
export const selectAutomaticDisable = (
  kind: DatabaseKind,
  from: string,
  { state, reason, now }: { state: string; reason: string; now: string },
): string =>
  `SELECT tenant_uid, ${now}, '${SYSTEM_ACTOR}', 'TRANSPORT_DISABLED', http_transport_uid, NULL,
     ${changesSql(kind, DISABLED(state, reason))} FROM ${from}`;

/**
 * An UPDATE of a transport with an entry, which is added only if the UPDATE has changed the row. The last of the returned
 * statements adds the entry.
 *
 * @param update the UPDATE, with `?` for each of its parameters, as for `statement`
 */
export function auditedTransportUpdate(
  database: Database,
  update: Statement,
  transportId: number,
  { kind, actor, changes }: Audited,
): Statement[] {
  const insert = insertAudit((name) => database.table(name));
  const dialect: Dialect = DIALECTS[database.kind];
  const entry = `SELECT tenant_uid, ${dialect.instant}, CAST(? AS text), '${kind}', http_transport_uid, NULL, CAST(? AS text) FROM`;
  const values = [database.now(), actor, JSON.stringify(changes)];
  if (dialect.movesRows) {
    const both = `WITH changed AS (${update.sql} RETURNING tenant_uid, http_transport_uid) ${insert} ${entry} changed`;
    return [statement(database, both, [...update.parameters, ...values])];
  }
  const ifChanged = `${insert} ${entry} ${database.table('webhook_http_transport')} WHERE id = ? AND ${dialect.rowsChanged} > 0`;
  return [
    statement(database, update.sql, update.parameters),
    statement(database, ifChanged, [...values, transportId]),
  ];
}
