import type { QueryRunner } from 'typeorm';

/** The steps of a migration in which databases differ. */
export interface MigrationSteps {
  /** Runs `work` so that only one process at a time migrates the database. `work` must be safe to repeat. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;

  /** Runs `work` in one transaction, which also contains the list of migrations. */
  inTransaction<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T>;

  /** Whether the list of migrations exists. */
  hasList(runner: QueryRunner): Promise<boolean>;

  /**
   * Checks that the role can read the list of migrations. TypeORM treats a table that the role may not read as missing, and
   * would then consider all migrations to be pending.
   *
   * @throws {SchemaBehindError} naming the role, the table and the missing grant
   */
  assertListIsReadable(): Promise<void>;
}
