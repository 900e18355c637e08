import type { AuditChange, AuditKind, OperatorAuditKind } from '../../domain/audit.js';
import type { NumberedRows } from './event-list-store.js';

/** Maximum number of entries that a search with a filter reads. */
export const SEARCHED_AUDIT_ENTRIES = 5_000;

/** A search for audit entries of a tenant. An undefined criterion matches all. */
export interface AuditPageRequest {
  readonly tenantUid: string;
  readonly kind: AuditKind | OperatorAuditKind | undefined;
  readonly actor: string | undefined;
  readonly httpTransportUid: string | undefined;
  readonly webhookUid: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo: number | undefined;
  /** Only ids greater than this one. */
  readonly afterId: number;
  /** Only ids less than this one. */
  readonly beforeId: number;
  /** Maximum number of entries that are returned. */
  readonly limit: number;
}

/** An entry of the audit. */
export interface AuditEntry {
  readonly id: number;
  readonly kind: AuditKind | OperatorAuditKind;
  /** Null: unknown. */
  readonly actor: string | null;
  /** Empty: the entry is about no transport. */
  readonly httpTransportUid: string;
  /** Null: the entry is about no webhook. */
  readonly webhookUid: string | null;
  readonly changes: readonly AuditChange[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface AuditPage {
  /** In descending order of ids. */
  readonly items: readonly AuditEntry[];
  /** Id at which the search stopped, see `EventPage`. */
  readonly searchedTo: number | null;
}

/** The audit: who changed what. Entries are written in the transaction of the change, see `sql/audit-sql.ts`. */
export interface AuditStore extends NumberedRows {
  /** The newest entries that match. The number of rows that it reads is bounded for every filter. */
  page(request: AuditPageRequest): Promise<AuditPage>;

  /**
   * Deletes entries of all tenants, the oldest first. Rows that another transaction has locked are left out.
   *
   * @param instant ms since the epoch: only entries that were written before it
   * @param limit maximum number of entries that it reads and deletes
   * @returns the number of deleted entries; 0: there is nothing to do for now
   */
  deleteBefore(instant: number, limit: number): Promise<number>;
}
