import type { Database, Statement, WriteOptions } from './database.js';
import { statement } from './statement.js';

/** How many rows of a table a tenant may have. */
export interface Quota {
  /** The option that sets the limit. */
  readonly limit: string;
  readonly value: number;
}

/** Finds a row while the tenant has room for one more. To be the first statement of a write with {@link quotaWrite}. */
export const roomFor = (database: Database, table: string, tenantUid: string, { value }: Quota): Statement =>
  statement(
    database,
    `SELECT 1 FROM (SELECT count(*) AS used FROM ${database.table(table)} WHERE tenant_uid = ?) counted WHERE used < ?`,
    [tenantUid, value],
  );

/** One of a tenant's creations at a time: two that each see room for one more would together be one too many. */
export const quotaWrite = (table: string, tenantUid: string): WriteOptions => ({
  onlyIfFirstChanges: true,
  oneAtATime: `${table}/${tenantUid}`,
});
