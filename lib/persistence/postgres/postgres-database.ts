import { createHash } from 'node:crypto';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseClock } from '../clock.js';
import { ownDataSourceOptions } from '../data-source-options.js';
import type { HostDataSource } from '../host-data-source.js';
import { TABLES } from '../migrations/create-webhook-tables.js';
import type { Database, Statement, StatementResult, WriteOptions } from '../database.js';
import { RolledBack } from '../rolled-back.js';
import { isUnavailable } from '../unavailable.js';
import { ListeningConnection, type ListeningConnectionOptions } from './listening-connection.js';
import { refuseTransactionPooling } from './transaction-pooling.js';

/** Any constant that other software on the same database will not use by accident. */
const MIGRATION_LOCK = 7_455_446_655;
/** The class of the locks that writes take by name: these have two numbers, so that they never meet the one above. */
const WRITE_LOCKS = 745_544;
const LOCK_NAME = 'SELECT pg_advisory_xact_lock($1, $2)';
/** How long a replica waits for another one's migration. */
const MIGRATION_WAIT_MS = 600_000;

/**
 * Which database of which server a connection leads to: its name, and the microsecond at which the server started. Unlike the
 * identifier of the cluster, the start differs between a server and a copy of it, such as a restored snapshot.
 */
export const DATABASE_IDENTITY = `pg_catalog.current_database() || '@' || (extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint::text`;

/** $1: names of tables, $2: their schema; null: the search path decides. The catalog answers whatever the role may do with them. */
const CLOCK_AND_TABLES = `
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
    ARRAY(
      SELECT name FROM unnest($1::text[]) AS known (name)
      WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname = name::name
          AND CASE WHEN $2::text IS NULL THEN n.nspname = ANY (current_schemas(false)) ELSE n.nspname = $2 END
      )
    ) AS missing,
    current_database() || '.' || coalesce($2::text, current_schema(), '') AS scope,
    ${DATABASE_IDENTITY} AS identity,
    (
      SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = 'webhook_event' AND pg_catalog.pg_table_is_visible(c.oid)
    ) AS schema`;

interface ClockRow {
  now: number;
  missing: string[];
  scope: string;
  identity: string;
  schema: string | null;
}

/** The module's pool on PostgreSQL. */
export class PostgresDatabase implements Database {
  readonly kind = 'postgres';
  readonly dataSource: DataSource;
  /** The host's schema; undefined: the search path decides. */
  readonly #schema: string | undefined;
  #scope = '';
  #identity = '';
  /** Where the search path finds the module's tables. */
  #foundSchema: string | undefined;
  #missingTables: readonly string[] = [];
  readonly #clock = new DatabaseClock(async () => {
    const [row] = await this.query<ClockRow>('tillhook_clock', CLOCK_AND_TABLES, [
      TABLES,
      this.#schema ?? null,
    ]);
    this.#missingTables = row!.missing;
    this.#scope = row!.scope;
    this.#identity = row!.identity;
    this.#foundSchema = row!.schema ?? undefined;
    return row!.now;
  });

  /** @param url the direct address, if the host's is not to be used */
  constructor(host: HostDataSource, poolSize: number, url?: string) {
    this.dataSource = new DataSource(ownDataSourceOptions(host, poolSize, url));
    this.#schema = (host.options as { schema?: string }).schema;
  }

  /** @throws {TransactionPoolingError} before anything was set in a session */
  async open(): Promise<void> {
    await refuseTransactionPooling(this.dataSource.options);
    await this.dataSource.initialize();
    await this.#clock.measure();
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** Names the database and the schema of the module's tables: the host's, or the one in which the search path makes new tables. */
  get scope(): string {
    return this.#scope;
  }

  /** Which database of which server this is: see `DATABASE_IDENTITY`. Changes when the server restarts. */
  get identity(): string {
    return this.#identity;
  }

  get description(): string {
    const schema = this.#schema ?? this.#foundSchema;
    return schema === undefined
      ? 'PostgreSQL, tables missing'
      : `PostgreSQL, schema ${JSON.stringify(schema)}`;
  }

  now(): number {
    return this.#clock.now();
  }

  get clockOffsetMs(): number {
    return this.#clock.offsetMs;
  }

  measureClock(): Promise<void> {
    return this.#clock.measure();
  }

  /** Measures the clock by what another statement brought along: see `DatabaseClock.adopt`. */
  adoptClock(databaseNow: number, sentAt: number): void {
    this.#clock.adopt(databaseNow, sentAt);
  }

  get missingTables(): readonly string[] {
    return this.#missingTables;
  }

  table(name: string): string {
    return this.#qualified(name, this.#schema);
  }

  /**
   * As `table`, for statements on connections of the host, whose search path may lead elsewhere: with the schema in any case,
   * unless the tables are missing.
   */
  hostTable(name: string): string {
    return this.#qualified(name, this.#schema ?? this.#foundSchema);
  }

  #qualified(name: string, schema: string | undefined): string {
    const { driver } = this.dataSource;
    return schema === undefined ? driver.escape(name) : `${driver.escape(schema)}.${driver.escape(name)}`;
  }

  /**
   * Runs one prepared statement; `name` identifies its text on every connection.
   *
   * The rows are moved into an array of our own: V8 comes to believe that the driver's live long, makes them among the old
   * objects at once, and all their rows with their bodies then survive until a full collection. Emptied, they hold none.
   */
  async query<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.run<Row>(name, text, values);
    return rows.splice(0);
  }

  /** As `query`, with the count of rows. */
  run<Row extends object>(name: string, text: string, values: unknown[]): Promise<QueryResult<Row>> {
    return this.#pool.query<Row>({ name, text, values });
  }

  async write(statements: readonly Statement[], options: WriteOptions = {}): Promise<StatementResult[]> {
    try {
      return await this.transaction(async (client) => {
        if (options.oneAtATime !== undefined) await client.query(LOCK_NAME, lockOf(options.oneAtATime));
        const results: StatementResult[] = [];
        for (const { sql, parameters } of statements) {
          const result: QueryResult<Record<string, unknown>> = await client.query(sql, [...parameters]);
          results.push({ rows: result.rows, affected: result.rowCount ?? 0 });
          if (options.onlyIfFirstChanges && results.length === 1 && results[0]!.affected === 0)
            throw new RolledBack();
        }
        return results;
      });
    } catch (error) {
      if (error instanceof RolledBack) return [];
      throw error;
    }
  }

  /** Runs `work` in a transaction on one client: committed when it resolves, rolled back when it throws. */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A query without an answer is still under way: only the end of the connection ends the transaction.
      if (isUnavailable(error)) broken = error as Error;
      else await client.query('ROLLBACK').catch((rollbackError: Error) => (broken = rollbackError));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Runs `work` while this session holds an advisory lock that only one process can hold. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      // Another replica's migration may take long; these settings end with the connection, below.
      await client.query('SET lock_timeout = 0; SET statement_timeout = 0');
      await client.query({
        text: 'SELECT pg_advisory_lock($1)',
        values: [MIGRATION_LOCK],
        ...({ query_timeout: MIGRATION_WAIT_MS } as object),
      });
      return await work();
    } finally {
      // The lock ends with its session, whatever has happened to it.
      client.release(true);
    }
  }

  /** Opens a connection beside the pool that listens to channels. */
  listen(options: ListeningConnectionOptions): Promise<ListeningConnection> {
    return ListeningConnection.open(this.#pool, options);
  }

  get #pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

/** Two names with one hash only wait for each other. */
const lockOf = (name: string): number[] => [
  WRITE_LOCKS,
  createHash('sha256').update(name).digest().readInt32BE(),
];
