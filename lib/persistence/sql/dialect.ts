import type { DataSourceOptions } from 'typeorm';
import { UnsupportedDatabaseError } from '../../errors/start-up.errors.js';
import type { DatabaseKind } from '../ports/database.js';

/** Whether the rows that a DELETE or UPDATE returns can be the source of an INSERT. */
type RowMoves =
  | { readonly movesRows: true }
  | {
      readonly movesRows: false;
      /** Expression: the number of rows that the previous statement has changed. */
      readonly rowsChanged: string;
    };

/** Properties of a database, and the parts in which statements that all databases share differ. */
export type Dialect = RowMoves & {
  /** Name of the database, for messages and scripts that people read. */
  readonly name: string;
  /** TypeORM's name of the driver. */
  readonly dataSourceType: string;
  /** Options of a data source that never connects. */
  readonly unconnected: DataSourceOptions;
  /**
   * Command that runs the statements in the file `FILE`, and stops at the first error. `FILE` and `DATABASE` stand for paths.
   */
  readonly runScript: string;
  /** Whether each table is in a named schema. */
  readonly hasSchemas: boolean;
  /** Statement that begins the transaction of migrations. If the database has one write lock, it also acquires that lock. */
  readonly beginMigration: string;
  /** Placeholder of the parameter at a position, counted from 1. */
  readonly placeholder: (position: number) => string;
  /** `?` for an instant inside an expression, with a cast if the database would otherwise have to guess its type. */
  readonly instant: string;
  /** Name of the function that returns the smallest of its arguments. */
  readonly least: string;
  /** Name of the function that returns the largest of its arguments. */
  readonly greatest: string;
  /** Clause that locks the selected rows; undefined: the database has one writer at a time, which needs no row locks. */
  readonly lockRows: string | undefined;
  /**
   * Clause that keeps the selected rows from being deleted until the end of the transaction; '': not needed, as for
   * `lockRows`.
   */
  readonly keepRows: string;
  /**
   * Condition of a DELETE for some rows of its table.
   *
   * @param key the columns of the primary key
   * @param select returns a SELECT of the given columns of these rows
   */
  readonly among: (key: string, select: (columns: string) => string) => string;
  /** FROM item: the elements of the parameter `?`, which is a JSON array, as rows with the column `value`. */
  readonly jsonElements: string;
  /** Name of the function that builds a JSON array of its arguments. */
  readonly jsonArray: string;
  /** Name of the function that builds a JSON object of its arguments, which are names and values in turn. */
  readonly jsonObject: string;
  /** Expression that parses a text as JSON. */
  readonly json: (text: string) => string;
  /** Expression that converts a JSON value to text. */
  readonly text: (json: string) => string;
  /** Expression that makes a boolean (a column, `true` or `false`) an argument of `jsonObject`. */
  readonly boolean: (expression: string) => string;
  /** Converts a boolean to the value that the driver accepts as a parameter. */
  readonly booleanParameter: (value: boolean) => unknown;
  readonly deletion: DeletionPace;
};

/** How much one statement of a job may delete, and how long the job rests after it. */
export interface DeletionPace {
  /**
   * Intended duration of a batch, in ms. Locks are held for about this long. If a batch takes longer, the next batches are
   * smaller. If it takes less than half of this time, the next batches are larger.
   */
  readonly targetMs: number;
  /** Approximate number of bytes that one statement deletes at most. The last row may exceed it. */
  readonly mostBytes: number;
  /** Rest after a batch, as a multiple of its duration. So deletion takes a bounded share of the database's time. */
  readonly restFactor: number;
}

/**
 * One dialect for each kind of database. If a kind is added to `DatabaseKind`, the code does not compile until it has a
 * dialect.
 */
export const DIALECTS: Readonly<Record<DatabaseKind, Dialect>> = {
  postgres: {
    name: 'PostgreSQL',
    dataSourceType: 'postgres',
    unconnected: { type: 'postgres' },
    runScript: 'psql -v ON_ERROR_STOP=1 -f FILE',
    hasSchemas: true,
    beginMigration: 'BEGIN',
    placeholder: (position) => `$${position}`,
    instant: '?::bigint',
    least: 'least',
    greatest: 'greatest',
    lockRows: 'FOR UPDATE',
    keepRows: 'FOR KEY SHARE',
    movesRows: true,
    // Rows are addressed by their physical place (ctid), so that the plan does not depend on statistics.
    among: (_key, select) => `ctid = ANY (ARRAY(${select('ctid')}))`,
    jsonElements: 'json_array_elements_text(?::json)',
    jsonArray: 'json_build_array',
    jsonObject: 'json_build_object',
    json: (text) => `CAST(${text} AS json)`,
    text: (json) => `${json}::text`,
    boolean: (expression) => expression,
    booleanParameter: (value) => value,
    deletion: { targetMs: 10, mostBytes: 4 * 1024 * 1024, restFactor: 4 },
  },
  sqlite: {
    name: 'SQLite',
    dataSourceType: 'better-sqlite3',
    unconnected: { type: 'better-sqlite3', database: 'unconnected' },
    runScript: 'sqlite3 -bail DATABASE < FILE',
    hasSchemas: false,
    beginMigration: 'BEGIN IMMEDIATE',
    placeholder: () => '?',
    instant: '?',
    least: 'min',
    greatest: 'max',
    lockRows: undefined,
    keepRows: '',
    movesRows: false,
    rowsChanged: 'changes()',
    among: (key, select) => `(${key}) IN (${select(key)})`,
    jsonElements: 'json_each(?)',
    jsonArray: 'json_array',
    jsonObject: 'json_object',
    json: (text) => `json(${text})`,
    text: (json) => json,
    boolean: (expression) => `json(iif(${expression}, 'true', 'false'))`,
    booleanParameter: Number,
    // The driver blocks the event loop, so batches take a few milliseconds.
    deletion: { targetMs: 4, mostBytes: 1024 * 1024, restFactor: 3 },
  },
};

export const DATABASE_KINDS = Object.keys(DIALECTS) as DatabaseKind[];

/**
 * The kind of database of a TypeORM data source.
 *
 * @param type the option `type` of the data source
 * @throws {UnsupportedDatabaseError} for a database without a dialect
 */
export function databaseKindOf(type: string): DatabaseKind {
  const kind = DATABASE_KINDS.find((one) => DIALECTS[one].dataSourceType === type);
  if (kind !== undefined) return kind;
  const supported = DATABASE_KINDS.map((one) => `"${DIALECTS[one].dataSourceType}"`).join(' and ');
  throw new UnsupportedDatabaseError(`The data source is of type "${type}". Supported are ${supported}.`);
}
