import type { Database, Statement, WriteOptions } from '../ports/database.js';
import { statement } from './statement.js';

/** The maximum number of rows of a table that a tenant may have. */
export interface Quota {
  /** The name of the option that sets the quota. */
  readonly limit: string;
  /** The maximum number of rows. */
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

/**
 * Lets a tenant create rows of a table only one after another. Otherwise two concurrent requests could both find the quota
 * not reached, and exceed it.
 */
export const quotaWrite = (table: string, tenantUid: string): WriteOptions => ({
  onlyIfFirstChanges: true,
  oneAtATime: `${table}/${tenantUid}`,
});
