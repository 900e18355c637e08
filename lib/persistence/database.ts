import type { DataSource } from 'typeorm';

/** One parameterized statement in the dialect of the database it goes to (as TypeORM's query builders make them). */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** What a statement did: rows it returned (SELECT, RETURNING) and rows it changed. */
export interface StatementResult {
  rows: Record<string, unknown>[];
  affected: number;
}

/**
 * The module's own connection to the host's database, behind one interface for every dialect.
 * Reads may go through `dataSource` (TypeORM repositories and query builders); every write goes through
 * `write`, which on SQLite keeps the rule that a write transaction never spans an `await`.
 */
export interface Database {
  readonly kind: 'postgres' | 'sqlite';
  readonly dataSource: DataSource;

  /**
   * Runs the statements in one transaction, in order. `onlyIf`: when the first statement changed no row, the
   * transaction is rolled back and an empty array comes back (optimistic locking: put the guarded UPDATE first).
   *
   * @throws {DatabaseBusyError} on SQLite, when another connection held the write lock for over 30 s.
   */
  write(statements: readonly Statement[], options?: { onlyIfFirstChanges?: boolean }): Promise<StatementResult[]>;

  /** Milliseconds since the epoch on the database's clock (process clock plus the measured offset). */
  now(): number;
}

/** Injection token of the `Database`. A string, so that both builds in one process agree. */
export const DATABASE = 'nestjs-tillhook:Database';
