import type { QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';
import type { Database } from '../ports/database.js';
import type { MigrationSteps } from '../ports/migration-steps.js';
import { DIALECTS } from '../sql/dialect.js';
import { retryWhileBusy } from './retry-while-busy.js';

/** Migrations on SQLite. */
export class SqliteMigrations implements MigrationSteps {
  constructor(private readonly database: Pick<Database, 'dataSource' | 'measureClock'>) {}

  /** No other lock is needed than the write lock: a second process fails as busy, tries again and finds that the work is done. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return retryWhileBusy(work);
  }

  /** The write lock is acquired first: a second replica waits for it, and then finds that the work is done. */
  async inTransaction<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.database.dataSource.createQueryRunner();
    await runner.query(DIALECTS.sqlite.beginMigration);
    try {
      // Before this process held the lock, another one may have created the tables.
      await this.database.measureClock();
      const result = await work(runner);
      await runner.query('COMMIT');
      return result;
    } catch (error) {
      // SQLite rolls back after some failures by itself, and then rejects this statement.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  hasList(runner: QueryRunner): Promise<boolean> {
    return runner.hasTable(MIGRATIONS_TABLE);
  }

  async assertListIsReadable(): Promise<void> {}
}
