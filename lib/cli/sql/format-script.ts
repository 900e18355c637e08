import type { DatabaseKind } from '../../persistence/ports/database.js';
import { DIALECTS } from '../../persistence/sql/dialect.js';

/** One migration, as `recordMigrations` returns it. */
interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

export interface ScriptOptions {
  readonly type: DatabaseKind;
  /** The schema that the statements name; undefined if the database has no schemas. */
  readonly schema?: string;
  /** `--from`. */
  readonly after?: string;
  /** The version of the package. */
  readonly version: string;
}

/** Combines migrations in one script, which runs as a whole or not at all. Without migrations the script contains only comments. */
export function formatScript(migrations: readonly Migration[], options: ScriptOptions): string {
  const { type, schema, after, version } = options;
  const { name: database, hasSchemas, beginMigration, runScript } = DIALECTS[type];
  const place = hasSchemas ? `${database}, schema ${JSON.stringify(schema)}` : database;
  const since = after === undefined ? '' : `, after ${after}`;
  const head = `-- Webhook tables of nestjs-tillhook ${version} for ${place}${since}.`;
  if (migrations.length === 0) return `${head}\n-- No migrations: the tables are up to date.\n`;
  return [
    `${head}\n-- Run it with a client that stops at the first error: ${runScript}`,
    // As the module does, the script acquires the write lock first on a database that has one (SQLite).
    `${beginMigration};`,
    ...migrations.map(({ name, statements }) =>
      [`-- ${name}`, ...statements.map((statement) => `${statement};`)].join('\n\n'),
    ),
    'COMMIT;\n',
  ].join('\n\n');
}
