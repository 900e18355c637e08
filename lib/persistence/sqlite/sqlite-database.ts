import path from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { SecondSqliteError } from '../../errors/start-up.errors.js';
import type { HostDataSource } from '../connection/host-data-source.js';
import { TABLES } from '../migrations/create-webhook-tables.js';
import type { Database, Statement, StatementResult, WriteOptions } from '../ports/database.js';
import { RolledBack } from '../sql/rolled-back.js';
import { markCopy, markOf } from './copy-mark.js';
import { loadedSqliteFiles } from './loaded-sqlite-files.js';
import { retryWhileBusy } from './retry-while-busy.js';
import { SqliteMigrations } from './sqlite-migrations.js';
import { sqliteOptions, type SqliteOptions } from './sqlite-options.js';

/** The statement that returns the absolute path of the file that a connection has opened. */
const MAIN_FILE = `SELECT file FROM pragma_database_list WHERE name = 'main'`;

/**
 * The module's connection to a SQLite file. There are two rules, because better-sqlite3 is synchronous and the host's
 * connection shares the event loop. Except for migrations, a write transaction runs to its COMMIT without an `await`, so it is
 * never open when the host wants to write. The wait for the write lock is asynchronous, so that the event loop can finish the
 * host's transaction.
 */
export class SqliteDatabase implements Database {
  readonly kind = 'sqlite';
  readonly dataSource: DataSource;
  readonly migrations = new SqliteMigrations(this);
  /** All processes are on one machine and share its clock. */
  readonly clockOffsetMs = 0;
  #missingTables: readonly string[] = [];
  #file = '';
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  /** @throws {InvalidOptionError} for a `url` */
  constructor(
    private readonly host: HostDataSource,
    url?: string,
  ) {
    this.dataSource = new DataSource(sqliteOptions(host.options as SqliteOptions, url));
  }

  get description(): string {
    return `SQLite, file ${JSON.stringify(path.basename(String(this.dataSource.options.database)))}`;
  }

  /** @throws {SecondSqliteError} if the host's connection belongs to another copy of SQLite */
  async open(): Promise<void> {
    this.#assertOneCopy();
    await retryWhileBusy(() => this.dataSource.initialize());
    this.#handle.pragma('synchronous = NORMAL');
    const [main] = await this.dataSource.query<{ file: string }[]>(MAIN_FILE);
    this.#file = main!.file;
    await this.measureClock();
  }

  /** The absolute path of the database, as SQLite names it. */
  get file(): string {
    return this.#file;
  }

  get scope(): string {
    return this.#file;
  }

  /** The mark of the module's copy of SQLite: `READ_MARK` returns it on every connection of that copy. */
  get copyMark(): string {
    return markOf(this.#handle);
  }

  close(): Promise<void> {
    this.#statements.clear();
    return this.dataSource.destroy();
  }

  now(): number {
    return Date.now();
  }

  async measureClock(): Promise<void> {
    const rows = await this.dataSource.query<{ name: string }[]>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (${TABLES.map((name) => `'${name}'`).join(', ')})`,
    );
    const present = new Set(rows.map(({ name }) => name));
    this.#missingTables = TABLES.filter((name) => !present.has(name));
  }

  get missingTables(): readonly string[] {
    return this.#missingTables;
  }

  table(name: string): string {
    return this.dataSource.driver.escape(name);
  }

  /** A prepared statement, created once per text. */
  prepare<Row = unknown>(sql: string): BetterSqlite3.Statement<unknown[], Row> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#handle.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement as BetterSqlite3.Statement<unknown[], Row>;
  }

  /**
   * Runs `work` in one write transaction. It must be synchronous: the type rejects promises.
   *
   * @throws {DatabaseBusyError} if the write lock could not be acquired for 30 s
   */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): Promise<T> {
    return retryWhileBusy(() => this.#handle.transaction(work).immediate() as T);
  }

  async write(statements: readonly Statement[], options: WriteOptions = {}): Promise<StatementResult[]> {
    try {
      return await this.transaction(() =>
        statements.map(({ sql, parameters }, index) => {
          const result = this.#run(sql, parameters);
          if (options.onlyIfFirstChanges && index === 0 && result.affected === 0) throw new RolledBack();
          return result;
        }),
      );
    } catch (error) {
      if (error instanceof RolledBack) return [];
      throw error;
    }
  }

  #run(sql: string, parameters: readonly unknown[]): StatementResult {
    const statement = this.#handle.prepare(sql);
    const values = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    if (statement.reader) {
      const rows = statement.all(...values) as Record<string, unknown>[];
      return { rows, affected: rows.length };
    }
    return { rows: [], affected: statement.run(...values).changes };
  }

  /**
   * Marks the module's copy of SQLite and looks for the mark in the host's copy. This happens before the module opens the
   * file, because closing a file in one copy deletes the write-ahead log that the other one uses. A host without a data
   * source, or with one that is not connected yet, is checked when it emits.
   *
   * @throws {SecondSqliteError}
   */
  #assertOneCopy(): void {
    const { sqlite, options } = this.dataSource.driver as unknown as Driver;
    const memory = new sqlite(':memory:', { nativeBinding: options.nativeBinding });
    try {
      markCopy(memory);
      const { host } = this;
      if (!('driver' in host) || !host.isInitialized || markOf(handleOf(host)) === markOf(memory)) return;
      throw new SecondSqliteError("The host's data source", loadedSqliteFiles());
    } finally {
      memory.close();
    }
  }

  get #handle(): BetterSqlite3.Database {
    return handleOf(this.dataSource);
  }
}

/** Members of TypeORM's driver for better-sqlite3. */
interface Driver {
  /** The class of better-sqlite3 that the driver has loaded. */
  readonly sqlite: typeof BetterSqlite3;
  readonly options: { readonly nativeBinding?: string };
  /** Available once the data source is initialized. */
  readonly databaseConnection: BetterSqlite3.Database;
}

const handleOf = ({ driver }: DataSource): BetterSqlite3.Database =>
  (driver as unknown as Driver).databaseConnection;
