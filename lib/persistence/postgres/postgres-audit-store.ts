import type { AuditPage, AuditPageRequest, AuditStore } from '../ports/audit-store.js';
import type { NumberedRow } from '../ports/event-list-store.js';
import { AUDIT_CRITERIA, auditPageOf, entriesToRead, type AuditPageRow } from '../sql/audit-rows.js';
import { NO_ID } from '../sql/delivery-sql.js';
import { numberedRowOf, rangeOf, type NumberedRowRow, type RangeRow } from '../sql/event-list-rows.js';
import { NEWEST_FIRST, numberedRowsTexts } from './numbered-rows-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** The audit on PostgreSQL. */
export class PostgresAuditStore implements AuditStore {
  readonly #sql;

  constructor(private readonly database: PostgresDatabase) {
    const table = database.table('webhook_audit');
    const { isWithin, range, firstFrom } = numberedRowsTexts(table);
    const criteria = Object.values(AUDIT_CRITERIA);
    const matches = criteria
      .map((column, index) => `($${index + 8}::text IS NULL OR ${column} = $${index + 8}::text)`)
      .join(' AND ');
    this.#sql = {
      range,
      firstFrom,
      // $1: the tenant; $2, $3: exclusive bounds of ids; $4: rows read; $5: limit; $6, $7: dates; then the criteria.
      page: `
        WITH candidates AS MATERIALIZED (
          SELECT id, created_at, ${criteria.join(', ')} FROM ${table}
          WHERE ${isWithin('$1::varchar', '$2::bigint', '$3::bigint')}
          ORDER BY ${NEWEST_FIRST} LIMIT $4::bigint
        ), horizon AS MATERIALIZED (
          SELECT CASE WHEN count(*) = $4::bigint THEN min(id) END AS id FROM candidates
        ), found AS MATERIALIZED (
          SELECT id FROM candidates
          WHERE created_at >= $6::bigint AND created_at <= $7::bigint AND ${matches}
          ORDER BY id DESC LIMIT $5::bigint
        )
        SELECT h.id AS horizon, e.* FROM horizon h LEFT JOIN (
          SELECT a.* FROM found f CROSS JOIN LATERAL (SELECT * FROM ${table} WHERE id = f.id LIMIT 1) a
        ) e ON true ORDER BY e.id DESC`,
      // The ids rise with the dates, so the oldest entries have the smallest ids.
      delete: `
        DELETE FROM ${table} WHERE id = ANY (ARRAY(
          SELECT l.id FROM (SELECT id FROM ${table} ORDER BY id LIMIT $2::bigint) o
          CROSS JOIN LATERAL (
            SELECT id FROM ${table} WHERE id = o.id AND created_at < $1::bigint LIMIT 1 FOR UPDATE SKIP LOCKED
          ) l))`,
    };
  }

  async page(request: AuditPageRequest): Promise<AuditPage> {
    const { tenantUid, afterId, beforeId, limit, createdFrom, createdTo } = request;
    const rows = await this.database.query<AuditPageRow>('tillhook_audit_page', this.#sql.page, [
      tenantUid,
      afterId,
      beforeId,
      entriesToRead(request),
      limit,
      createdFrom ?? 0,
      createdTo ?? NO_ID,
      ...Object.keys(AUDIT_CRITERIA).map((name) => request[name as keyof typeof AUDIT_CRITERIA] ?? null),
    ]);
    return auditPageOf(rows, limit);
  }

  async range(tenantUid: string): Promise<{ first: number; last: number } | undefined> {
    const [row] = await this.database.query<RangeRow>('tillhook_audit_range', this.#sql.range, [tenantUid]);
    return rangeOf(row);
  }

  async firstFrom(tenantUid: string, ids: readonly number[]): Promise<NumberedRow[]> {
    const values = [tenantUid, numbers(ids)];
    const rows = await this.database.query<NumberedRowRow>(
      'tillhook_audit_first_from',
      this.#sql.firstFrom,
      values,
    );
    return rows.map(numberedRowOf);
  }

  async deleteBefore(instant: number, limit: number): Promise<number> {
    const { rowCount } = await this.database.run('tillhook_audit_delete', this.#sql.delete, [instant, limit]);
    return rowCount ?? 0;
  }
}
