import type { DataSource } from 'typeorm';
import type { MigrationSteps } from './migration-steps.js';

/** Databases that the module works with. */
export type DatabaseKind = 'postgres' | 'sqlite';

/** One parameterized statement in the dialect of its database (as TypeORM's query builders produce them). */
export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** Result of a statement: the rows that it returned (SELECT, RETURNING) and the number of rows that it changed. */
export interface StatementResult {
  rows: Record<string, unknown>[];
  affected: number;
}

export interface WriteOptions {
  /**
   * If the first statement changes (or finds) no row, the transaction is rolled back and the result is an empty array. For
   * optimistic locking, put the guarded UPDATE first.
   */
  onlyIfFirstChanges?: boolean;
  /**
   * Writes with the same name run one after another over all processes, and each sees the commits of those before it. On
   * SQLite this holds for all writes.
   */
  oneAtATime?: string;
}

/**
 * The module's own connection to the host's database, one interface for every dialect. Reads may go through `dataSource`
 * (TypeORM repositories and query builders). Except for migrations, code that uses this interface writes with `write`. On
 * SQLite, `write` guarantees that a write transaction never spans an `await`.
 */
export interface Database {
  readonly kind: DatabaseKind;
  readonly dataSource: DataSource;
  /** Identifies the database and the schema of the module's tables. Available once the connection is open. */
  readonly scope: string;
  /**
   * The kind of the database, and its schema or the name of its file, for people, without credentials. Available once the
   * connection is open.
   */
  readonly description: string;

  /** The escaped name of one of the module's tables, with the host's schema if the host sets one. */
  table(name: string): string;

  /**
   * Runs the statements in one transaction, in order.
   *
   * @throws {DatabaseBusyError} on SQLite, if other connections held the write lock for over 30 s.
   */
  write(statements: readonly Statement[], options?: WriteOptions): Promise<StatementResult[]>;

  /** Milliseconds since the epoch on the database's clock: the process's clock plus the measured offset. */
  now(): number;

  /** Offset that `now()` adds to the process's clock, in ms: positive if the database is ahead. */
  readonly clockOffsetMs: number;

  /**
   * Checks for the module's tables and, on PostgreSQL, reads the server's time, in one cheap query. If it succeeds, the
   * database is reachable.
   */
  measureClock(): Promise<void>;

  readonly migrations: MigrationSteps;

  /** Module tables that were missing when `measureClock` last checked. Empty: all exist. */
  readonly missingTables: readonly string[];

  /**
   * Opens the connection, measures the clock and checks the address.
   *
   * @throws {InvalidOptionError} if the direct address (`database.url` beside a data source) leads to another database than
   *   the data source, or if the schema of an address does not exist
   */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Injection token of the `Database`. A string, so that the ESM and CommonJS builds in one process agree. */
export const DATABASE = 'nestjs-tillhook:Database';
