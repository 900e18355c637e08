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

export interface WriteOptions {
  /**
   * When the first statement changes (or finds) no row, roll back and answer an empty array. Optimistic locking: put
   * the guarded UPDATE first.
   */
  onlyIfFirstChanges?: boolean;
  /**
   * Writes that give the same name run one after another over all processes, each seeing what those before it
   * have committed. On SQLite all writes do anyway.
   */
  oneAtATime?: string;
}

/**
 * The module's own connection to the host's database, one interface for every dialect. Reads may go through
 * `dataSource` (TypeORM repositories and query builders); every write goes through `write`, which on SQLite
 * keeps the rule that a write transaction never spans an `await`.
 */
export interface Database {
  readonly kind: 'postgres' | 'sqlite';
  readonly dataSource: DataSource;
  /** For people, once it is open: which database and schema, without credentials. */
  readonly description: string;

  /** The escaped name of one of the module's tables, with the host's schema where it has one. */
  table(name: string): string;

  /**
   * Runs the statements in one transaction, in order.
   *
   * @throws {DatabaseBusyError} on SQLite, when other connections held the write lock for over 30 s.
   */
  write(statements: readonly Statement[], options?: WriteOptions): Promise<StatementResult[]>;

  /** Milliseconds since the epoch on the database's clock: the process's clock plus the measured offset. */
  now(): number;

  /** What `now()` adds to the process's clock, in ms: positive when the database is ahead. */
  readonly clockOffsetMs: number;

  /**
   * Asks the database for its time and for the module's tables: one cheap query, which also says whether the database can be
   * reached.
   */
  measureClock(): Promise<void>;

  /** Names of the module's tables that did not exist when `measureClock` last asked. Empty: all are there. */
  readonly missingTables: readonly string[];

  /** Opens the connection and measures the clock. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Injection token of the `Database`. A string, so that both builds in one process agree. */
export const DATABASE = 'nestjs-tillhook:Database';
