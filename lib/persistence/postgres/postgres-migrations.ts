import type { QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';
import type { Database } from '../ports/database.js';
import type { MigrationSteps } from '../ports/migration-steps.js';
import { poolOf } from './pool-of.js';
import { assertMigrationsAreReadable } from './readable-migrations.js';

/** An arbitrary constant that other software on the same database is unlikely to use. */
const MIGRATION_LOCK = 7_455_446_655;
/** How long a replica waits for the migration of another one. */
const MIGRATION_WAIT_MS = 600_000;

/** Migrations on PostgreSQL. */
export class PostgresMigrations implements MigrationSteps {
  constructor(private readonly database: Pick<Database, 'dataSource' | 'table'>) {}

  /** Runs `work` while this session holds an advisory lock that only one process can hold at a time. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const client = await poolOf(this.database.dataSource).connect();
    try {
      // The migration of another replica may take a long time. These settings end with the connection, below.
      await client.query('SET lock_timeout = 0; SET statement_timeout = 0');
      await client.query({
        text: 'SELECT pg_advisory_lock($1)',
        values: [MIGRATION_LOCK],
        ...({ query_timeout: MIGRATION_WAIT_MS } as object),
      });
      return await work();
    } finally {
      // The lock ends with its session, whatever has happened to the session.
      client.release(true);
    }
  }

  /** If a replica drops the schema at the same time, it finds either everything that `work` wrote or nothing. */
  async inTransaction<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.database.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      // A replica that drops the schema may hold locks for a while.
      await runner.query('SET LOCAL lock_timeout = 0');
      const result = await work(runner);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // Report the reason for the failure, even if the connection is lost and the rollback fails.
      await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  async hasList(runner: QueryRunner): Promise<boolean> {
    const list = this.database.table(MIGRATIONS_TABLE);
    const [found] = (await runner.query('SELECT to_regclass($1) AS name', [list])) as {
      name: string | null;
    }[];
    return Boolean(found?.name);
  }

  assertListIsReadable(): Promise<void> {
    return assertMigrationsAreReadable(this.database.dataSource);
  }
}
