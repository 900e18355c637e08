import type { Database, Statement, WriteOptions } from '../ports/database.js';
import { statement } from './statement.js';

/** The maximum number of rows of a table that a tenant may have. */
export interface Quota {
  /** The option that sets the limit. */
  readonly limit: string;
  readonly value: number;
}

/** Returns a row if the tenant is below its quota. Must be the first statement of a write with {@link quotaWrite}. */
export const assertBelowQuota = (
  database: Database,
  table: string,
  tenantUid: string,
  { value }: Quota,
): Statement =>
  statement(
    database,
    `SELECT 1 FROM (SELECT count(*) AS used FROM ${database.table(table)} WHERE tenant_uid = ?) counted WHERE used < ?`,
    [tenantUid, value],
  );

/** Serializes the creations of one tenant: two concurrent ones that both find one place left would exceed the quota. */
export const quotaWrite = (table: string, tenantUid: string): WriteOptions => ({
  onlyIfFirstChanges: true,
  oneAtATime: `${table}/${tenantUid}`,
});
