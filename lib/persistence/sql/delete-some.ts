import type { Database, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/** Rows to delete. The texts contain no user input. */
export interface RowsToDelete {
  readonly table: string;
  /** The columns of the primary key. */
  readonly key: string;
  /** Finds the rows by an index. */
  readonly condition: string;
  readonly parameters: readonly unknown[];
  /** The columns of that index. */
  readonly order: string;
}

/** Deletes at most `limit` of the rows. */
export function deleteSome(database: Database, rows: RowsToDelete, limit: number): Statement {
  const table = database.table(rows.table);
  const some = (columns: string): string =>
    `SELECT ${columns} FROM ${table} WHERE ${rows.condition} ORDER BY ${rows.order} LIMIT ?`;
  const condition = DIALECTS[database.kind].among(rows.key, some);
  return statement(database, `DELETE FROM ${table} WHERE ${condition}`, [...rows.parameters, limit]);
}
