import { DataSource, MigrationExecutor } from 'typeorm';
import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';
import type { DatabaseKind } from '../ports/database.js';
import { DIALECTS } from '../sql/dialect.js';
import { inlineParameters } from './inline-parameters.js';
import { migrations } from './migrations.js';
import { readingError, unreadableResult } from './unreadable-result.js';

/** The statements of one migration, including the insert into the list of migrations. */
export interface RecordedMigration {
  /** The value of the column `name` of `webhook_migration`. */
  readonly name: string;
  /** Complete statements without parameters and without a semicolon at the end, in the order in which they run. */
  readonly statements: readonly string[];
}

export interface RecordMigrationsOptions {
  readonly type: DatabaseKind;
  /**
   * The PostgreSQL schema that the statements name. Required on PostgreSQL, because the search path is unknown without a
   * connection.
   */
  readonly schema?: string;
  /**
   * The name of a migration: only later migrations are recorded. Default: all migrations are recorded, and the statement that
   * creates the list of migrations.
   */
  readonly after?: string;
  /** The migrations to record, oldest first. Default: the migrations of the module. */
  readonly of?: readonly (new () => MigrationInterface)[];
}

/** An empty result, in each form in which TypeORM reads results. */
const NO_ROWS = Object.assign([], { raw: [], records: [] });

/**
 * Runs migrations without a database and records their statements. TypeORM's own executor runs the migrations on a data source
 * that never connects, so the recorded statements are those that the module would send to a database.
 *
 * @throws {Error} if `after` is not the name of a migration, or if a migration uses the result of a statement, because its
 *   statements then depend on the database
 */
export async function recordMigrations(options: RecordMigrationsOptions): Promise<RecordedMigration[]> {
  const recorded: { name: string; statements: string[] }[] = [];
  let statements: string[] = [];
  let running: string | undefined;
  const instances = selectAfter(options).map((migration) => ({
    name: nameOf(migration),
    up: async (runner: QueryRunner) => {
      running = nameOf(migration);
      // Statements before the first migration create the list of migrations. They are recorded with the first migration.
      if (recorded.length > 0) statements = [];
      recorded.push({ name: running, statements });
      await migration.up(runner);
      running = undefined;
    },
    down: () => Promise.resolve(),
  }));
  const dataSource = Object.assign(new DataSource(unconnected(options)), { migrations: instances });
  const runner = dataSource.createQueryRunner();
  runner.hasTable = (table) =>
    running === undefined
      ? Promise.resolve(options.after !== undefined)
      : Promise.reject(readingError(running, `hasTable(${typeof table === 'string' ? table : table.name})`));
  runner.query = (sql: string, parameters?: unknown[]): Promise<never> => {
    const isOfExecutor = running === undefined;
    // The executor itself creates the list of migrations, reads it, and adds a row for each migration. The SELECT is not recorded.
    if (!isOfExecutor || !sql.startsWith('SELECT')) statements.push(inlineParameters(sql, parameters));
    return isOfExecutor ? Promise.resolve(NO_ROWS as never) : unreadableResult(running!, sql);
  };
  const executor = new MigrationExecutor(dataSource, runner);
  executor.transaction = 'none';
  await executor.executePendingMigrations();
  return recorded;
}

/** The names of the module's migrations, oldest first. */
export const migrationNames = (): string[] => migrations.map((Migration) => nameOf(new Migration()));

const nameOf = (migration: MigrationInterface): string => migration.name ?? migration.constructor.name;

function selectAfter({ of = migrations, after }: RecordMigrationsOptions): MigrationInterface[] {
  const all = of.map((Migration) => new Migration());
  if (after === undefined) return all;
  const index = all.findIndex((migration) => nameOf(migration) === after);
  if (index === -1) throw new Error(`Migration "${after}" does not exist.`);
  return all.slice(index + 1);
}

/** TypeORM prints a failed migration to the standard output, where it would mix with the output of `tillhook sql`. */
const SILENT: DataSourceOptions['logger'] = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** The empty `driver` replaces the driver's package: nothing connects, so the package need not be installed. */
const unconnected = ({ type, schema }: RecordMigrationsOptions): DataSourceOptions => {
  const own = { migrationsTableName: MIGRATIONS_TABLE, logger: SILENT, driver: {} };
  return { ...own, ...DIALECTS[type].unconnected, schema } as DataSourceOptions;
};
