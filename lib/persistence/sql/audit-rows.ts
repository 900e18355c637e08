import type { AuditChange, AuditKind, OperatorAuditKind } from '../../domain/audit.js';
import type { AuditEntry, AuditPage, AuditPageRequest } from '../ports/audit-store.js';
import { SEARCHED_AUDIT_ENTRIES } from '../ports/audit-store.js';

/** A row with an entry. Every database returns these columns. */
export interface AuditRow {
  id: number;
  kind: string;
  actor: string | null;
  http_transport_uid: string;
  webhook_uid: string | null;
  /** JSON of `AuditChange[]`. */
  changes: string;
  created_at: number;
}

/**
 * A row of a page: an entry, or only `horizon`, the id at which the search stopped because it had read enough rows (null: there is
 * nothing more to search).
 */
export type AuditPageRow = { horizon: number | null } & (AuditRow | { id: null });

/** The criteria that ask for an equal value, each with the column that is compared with it. */
export const AUDIT_CRITERIA = {
  kind: 'kind',
  actor: 'actor',
  httpTransportUid: 'http_transport_uid',
  webhookUid: 'webhook_uid',
} as const;

/** Maximum number of entries that a search reads. */
export function entriesToRead(request: AuditPageRequest): number {
  const { kind, actor, httpTransportUid, webhookUid, createdFrom, createdTo, limit } = request;
  const hasFilter = [kind, actor, httpTransportUid, webhookUid, createdFrom, createdTo].some(
    (value) => value !== undefined,
  );
  return hasFilter ? Math.max(SEARCHED_AUDIT_ENTRIES, limit) : limit;
}

export function auditPageOf(rows: readonly AuditPageRow[], limit: number): AuditPage {
  const items = rows.flatMap((row) => (row.id === null ? [] : auditEntryOf(row)));
  return { items, searchedTo: items.length < limit ? (rows[0]?.horizon ?? null) : null };
}

const auditEntryOf = (row: AuditRow): AuditEntry => ({
  id: row.id,
  kind: row.kind as AuditKind | OperatorAuditKind,
  actor: row.actor,
  httpTransportUid: row.http_transport_uid,
  webhookUid: row.webhook_uid,
  changes: JSON.parse(row.changes) as AuditChange[],
  createdAt: row.created_at,
});
