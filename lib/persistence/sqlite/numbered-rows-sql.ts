/**
 * Rows of a tenant by id. SQLite adds the id, which is the rowid, to each index.
 *
 * @param index name of the index on the tenant
 */
export function numberedRowsTexts(table: string, index: string) {
  const endOf = (direction: 'ASC' | 'DESC'): string => `(
      SELECT id FROM ${table} INDEXED BY ${index} WHERE tenant_uid = @tenantUid ORDER BY id ${direction} LIMIT 1)`;
  return {
    range: `SELECT ${endOf('ASC')} AS first, ${endOf('DESC')} AS last`,
    firstFrom: `
      SELECT @from AS from_id, id, created_at FROM ${table} INDEXED BY ${index}
      WHERE tenant_uid = @tenantUid AND id >= @from ORDER BY id LIMIT 1`,
  };
}
