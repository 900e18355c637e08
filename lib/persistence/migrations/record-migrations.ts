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
  /** As in the column `name` of `webhook_migration`. */
  readonly name: string;
  /** Complete statements without parameters and without a semicolon at the end, in the order in which they run. */
  readonly statements: readonly string[];
}

export interface RecordMigrationsOptions {
  readonly type: DatabaseKind;
  /**
   * The PostgreSQL schema that the statements name. Required on PostgreSQL, because the search path of a database that is
   * not connected is unknown.
   */
  readonly schema?: string;
  /** The name of a migration: only later ones are recorded. Default: all, including the table that lists them. */
  readonly after?: string;
  /** The migrations to record, oldest first. Default: the migrations of the module. */
  readonly of?: readonly (new () => MigrationInterface)[];
}

/** Satisfies each form in which TypeORM reads a result. */
const NO_ROWS = Object.assign([], { raw: [], records: [] });

/**
 * Runs migrations without a database and records their statements. TypeORM's own executor runs them on a data source that
 * never connects, so they are the statements that the module would send to an empty schema.
 *
 * @throws {Error} if a migration uses the result of a statement, because its statements then depend on the database
 */
export async function recordMigrations(options: RecordMigrationsOptions): Promise<RecordedMigration[]> {
  const recorded: { name: string; statements: string[] }[] = [];
  let statements: string[] = [];
  let running: string | undefined;
  const instances = selectAfter(options).map((migration) => ({
    name: nameOf(migration),
    up: async (runner: QueryRunner) => {
      running = nameOf(migration);
      // Statements before the first migration create the list of migrations. They belong to the first one.
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
    // The executor reads its list, and adds a row for each migration.
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

/** TypeORM prints a failed migration to the standard output, where it would mix with the results. */
const SILENT: DataSourceOptions['logger'] = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** `driver` replaces the package of the driver: nothing connects, so it need not be installed. */
const unconnected = ({ type, schema }: RecordMigrationsOptions): DataSourceOptions => {
  const own = { migrationsTableName: MIGRATIONS_TABLE, logger: SILENT, driver: {} };
  return { ...own, ...DIALECTS[type].unconnected, schema } as DataSourceOptions;
};
