import type { AuditChange, AuditKind, OperatorAuditKind } from '../../domain/audit.js';
import type { AuditEntry, AuditPage, AuditPageRequest } from '../ports/audit-store.js';
import { SEARCHED_AUDIT_ENTRIES } from '../ports/audit-store.js';

/** An entry, on every database. */
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

/** A row of a page: an entry, or only the id at which the search ended. */
export type AuditPageRow = { horizon: number | null } & (AuditRow | { id: null });

/** The criteria by which entries are compared with a value, by their column. */
export const AUDIT_CRITERIA = {
  kind: 'kind',
  actor: 'actor',
  httpTransportUid: 'http_transport_uid',
  webhookUid: 'webhook_uid',
} as const;

/** Number of entries that a search reads at most. */
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
