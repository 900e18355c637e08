import { createHash } from 'node:crypto';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseClock } from '../connection/clock.js';
import { AddressedDatabase, type HostDataSource } from '../connection/host-data-source.js';
import { TABLES } from '../migrations/create-webhook-tables.js';
import type { Database, Statement, StatementResult, WriteOptions } from '../ports/database.js';
import { RolledBack } from '../sql/rolled-back.js';
import { isUnavailable } from '../errors/unavailable.js';
import { ListeningConnection, type ListeningConnectionOptions } from './listening-connection.js';
import { poolOf } from './pool-of.js';
import { PostgresMigrations } from './postgres-migrations.js';
import { postgresOptions, type PostgresOptions } from './postgres-options.js';
import { assertSameDatabase } from './same-database.js';
import { assertSchemaExists } from './schema-exists.js';
import { refuseTransactionPooling } from './transaction-pooling.js';

/** The class of the locks that writes acquire by name. Locks with two numbers never collide with the lock of migrations, which has one. */
const WRITE_LOCKS = 745_544;
const LOCK_NAME = 'SELECT pg_advisory_xact_lock($1, $2)';

/**
 * Identifies the database and server that a connection leads to: the name of the database, and the microsecond at which the
 * server started. Unlike the identifier of the cluster, the start differs between a server and a copy of it, such as a
 * restored snapshot.
 */
export const DATABASE_IDENTITY = `pg_catalog.current_database() || '@' || (extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint::text`;

/**
 * $1: names of tables, $2: their schema; null: the search path decides. The catalog can be read whatever privileges the
 * role has on the tables.
 */
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
  readonly migrations = new PostgresMigrations(this);
  /** The host's schema; undefined: the search path decides. */
  readonly #schema: string | undefined;
  #scope = '';
  #identity = '';
  /** The schema in which the search path finds the module's tables. */
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

  /** @param url the direct address, if the host's address must not be used */
  constructor(
    private readonly host: HostDataSource,
    poolSize: number,
    private readonly url?: string,
  ) {
    this.dataSource = new DataSource(postgresOptions(host.options as PostgresOptions, poolSize, url));
    this.#schema = (host.options as { schema?: string }).schema;
  }

  /** @throws {TransactionPoolingError} before anything was set in a session */
  async open(): Promise<void> {
    await refuseTransactionPooling(this.dataSource.options);
    await this.dataSource.initialize();
    await this.#clock.measure();
    await this.#checkAddress();
  }

  async #checkAddress(): Promise<void> {
    if (this.host instanceof AddressedDatabase) {
      if (this.#schema !== undefined) await assertSchemaExists(this.dataSource, this.#schema);
    } else if (this.url !== undefined) {
      await assertSameDatabase(this.host, this);
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** The database and the schema of the module's tables: the host's schema, or the one in which the search path creates new tables. */
  get scope(): string {
    return this.#scope;
  }

  /** Identifies this database and server: see `DATABASE_IDENTITY`. It changes when the server restarts. */
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

  /** Measures the clock by a time that another statement returned: see `DatabaseClock.adopt`. */
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
   * Like `table`, for statements on connections of the host, whose search path may differ: always with the schema, unless
   * the tables are missing.
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
   * V8 pretenures the driver's result arrays, so they go straight to the old generation, and their rows and bodies would
   * survive until a full collection. The rows are therefore moved into a new array, which leaves the driver's array empty.
   */
  async query<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.run<Row>(name, text, values);
    return rows.splice(0);
  }

  /** Like `query`, with the number of rows. */
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
      // A query that returned no result may still be running: only the end of the connection ends the transaction.
      if (isUnavailable(error)) broken = error as Error;
      else await client.query('ROLLBACK').catch((rollbackError: Error) => (broken = rollbackError));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Opens a connection beside the pool that listens to channels. */
  listen(options: ListeningConnectionOptions): Promise<ListeningConnection> {
    return ListeningConnection.open(this.#pool, options);
  }

  get #pool(): Pool {
    return poolOf(this.dataSource);
  }
}

/** If two names have the same hash, their writes only wait for each other. */
const lockOf = (name: string): number[] => [
  WRITE_LOCKS,
  createHash('sha256').update(name).digest().readInt32BE(),
];
