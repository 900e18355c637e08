import type { AuditPage, AuditPageRequest, AuditStore } from '../ports/audit-store.js';
import type { NumberedRow } from '../ports/event-list-store.js';
import { AUDIT_CRITERIA, auditPageOf, entriesToRead, type AuditPageRow } from '../sql/audit-rows.js';
import { NO_ID } from '../sql/delivery-sql.js';
import { numberedRowOf, rangeOf, type NumberedRowRow, type RangeRow } from '../sql/event-list-rows.js';
import { numberedRowsTexts } from './numbered-rows-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The audit on SQLite. */
export class SqliteAuditStore implements AuditStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const table = database.table('webhook_audit');
    const { range, firstFrom } = numberedRowsTexts(table, 'webhook_audit_tenant');
    const criteria = Object.entries(AUDIT_CRITERIA);
    this.#sql = {
      range,
      firstFrom,
      page: `
        WITH candidates AS MATERIALIZED (
          SELECT id, created_at, ${Object.values(AUDIT_CRITERIA).join(', ')}
          FROM ${table} INDEXED BY webhook_audit_tenant
          WHERE tenant_uid = @tenantUid AND id > @afterId AND id < @beforeId ORDER BY id DESC LIMIT @each
        ), horizon AS MATERIALIZED (
          SELECT CASE WHEN count(*) = @each THEN min(id) END AS id FROM candidates
        ), found AS MATERIALIZED (
          SELECT id FROM candidates
          WHERE created_at >= @createdFrom AND created_at <= @createdTo
            AND ${criteria.map(([name, column]) => `(@${name} IS NULL OR ${column} = @${name})`).join(' AND ')}
          ORDER BY id DESC LIMIT @limit
        )
        SELECT h.id AS horizon, e.* FROM horizon h
        LEFT JOIN ${table} e ON e.id IN (SELECT id FROM found) ORDER BY e.id DESC`,
      delete: `
        DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id LIMIT ?) AND created_at < ?`,
    };
  }

  page(request: AuditPageRequest): Promise<AuditPage> {
    const { tenantUid, afterId, beforeId, limit, createdFrom = 0, createdTo = NO_ID } = request;
    const { kind = null, actor = null, httpTransportUid = null, webhookUid = null } = request;
    const rows = this.database.prepare<AuditPageRow>(this.#sql.page).all({
      tenantUid,
      afterId,
      beforeId,
      each: entriesToRead(request),
      limit,
      createdFrom,
      createdTo,
      kind,
      actor,
      httpTransportUid,
      webhookUid,
    });
    return Promise.resolve(auditPageOf(rows, limit));
  }

  range(tenantUid: string): Promise<{ first: number; last: number } | undefined> {
    return Promise.resolve(rangeOf(this.database.prepare<RangeRow>(this.#sql.range).get({ tenantUid })));
  }

  firstFrom(tenantUid: string, ids: readonly number[]): Promise<NumberedRow[]> {
    const statement = this.database.prepare<NumberedRowRow>(this.#sql.firstFrom);
    const found = ids.flatMap((from) => statement.get({ tenantUid, from }) ?? []);
    return Promise.resolve(found.map(numberedRowOf));
  }

  deleteBefore(instant: number, limit: number): Promise<number> {
    return this.database.transaction(
      () => this.database.prepare(this.#sql.delete).run(limit, instant).changes,
    );
  }
}
