import { NO_ID } from '../sql/delivery-sql.js';

/**
 * The order of the index (tenant, id). The index has a collation of its own, which only these statements name. So even a
 * planner with wrong statistics uses this index for these statements, and for no others.
 */
export const NEWEST_FIRST = 'tenant_uid COLLATE "C" DESC, id DESC';

/**
 * Rows of a tenant by id. The comparison of pairs makes the planner use the index (tenant, id): it cannot read the
 * primary key instead, in the same order, and filter by tenant.
 */
export function numberedRowsTexts(table: string) {
  const isWithin = (tenant: string, afterId: string, beforeId: string): string =>
    `(tenant_uid COLLATE "C", id) > (${tenant}, ${afterId}) AND (tenant_uid COLLATE "C", id) < (${tenant}, ${beforeId})`;
  const oldestFirst = 'tenant_uid COLLATE "C", id';
  const endOf = (order: string): string => `(
      SELECT id FROM ${table} WHERE ${isWithin('$1::varchar', '0', `${NO_ID}`)} ORDER BY ${order} LIMIT 1)`;
  return {
    /** Both bounds are exclusive. Add `ORDER BY` with `NEWEST_FIRST`. */
    isWithin,

    /** $1: the tenant. */
    range: `SELECT ${endOf(oldestFirst)} AS first, ${endOf(NEWEST_FIRST)} AS last`,

    /** $1: the tenant; $2: ids. */
    firstFrom: `
    SELECT i.id AS from_id, r.id, r.created_at FROM unnest($2::bigint[]) AS i (id)
    CROSS JOIN LATERAL (
      SELECT id, created_at FROM ${table} WHERE ${isWithin('$1::varchar', 'i.id - 1', `${NO_ID}`)}
      ORDER BY ${oldestFirst} LIMIT 1
    ) r`,
  };
}
