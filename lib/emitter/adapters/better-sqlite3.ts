import type { HostRow, HostResult, HostTransaction } from '../../persistence/ports/host-transaction.js';
import { assertTransaction, hasMethods } from './adapter.js';

/** The part of a `Database` of `better-sqlite3` that the adapter uses. */
export interface BetterSqlite3Like {
  readonly inTransaction: boolean;
  prepare(sql: string): { all(...parameters: unknown[]): unknown[] };
}

/**
 * The current transaction of a `better-sqlite3` database. Emit with `emitSync`, inside `db.transaction(() => …)`.
 *
 * @throws {TransactionNotOpenError} if the value is not such a database
 */
export function fromBetterSqlite3(db: BetterSqlite3Like): HostTransaction {
  const isDatabase = hasMethods(db, 'prepare', 'pragma') && typeof db.inTransaction === 'boolean';
  assertTransaction('better-sqlite3', isDatabase, 'the Database object on which the transaction runs');
  const runSync = (sql: string, parameters: readonly unknown[]): HostResult => ({
    rows: db.prepare(sql).all(...parameters) as HostRow[],
  });
  return {
    kind: 'better-sqlite3',
    subject: db,
    outlivesTransaction: true,
    isOpen: () => db.inTransaction,
    run: (sql, parameters) => Promise.resolve(runSync(sql, parameters)),
    runSync,
  };
}
