/** One migration, as `recordMigrations` returns it. */
interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

export interface ScriptOptions {
  readonly type: 'postgres' | 'sqlite';
  /** The schema that the statements name; undefined on SQLite. */
  readonly schema?: string;
  /** `--from`. */
  readonly after?: string;
  /** The version of the package. */
  readonly version: string;
}

/** Combines migrations in one script, which runs as a whole or not at all. Without migrations the script contains only comments. */
export function formatScript(migrations: readonly Migration[], options: ScriptOptions): string {
  const { type, schema, after, version } = options;
  const place = type === 'postgres' ? `PostgreSQL, schema ${JSON.stringify(schema)}` : 'SQLite';
  const since = after === undefined ? '' : `, after ${after}`;
  const head = `-- Webhook tables of nestjs-tillhook ${version} for ${place}${since}.`;
  if (migrations.length === 0) return `${head}\n-- No migrations: the tables are up to date.\n`;
  return [
    `${head}\n-- Run it with a client that stops at the first error: ${CLIENTS[type]}`,
    // On SQLite the script acquires the write lock first, as the module does.
    type === 'postgres' ? 'BEGIN;' : 'BEGIN IMMEDIATE;',
    ...migrations.map(({ name, statements }) =>
      [`-- ${name}`, ...statements.map((statement) => `${statement};`)].join('\n\n'),
    ),
    'COMMIT;\n',
  ].join('\n\n');
}

const CLIENTS = { postgres: 'psql -v ON_ERROR_STOP=1 -f FILE', sqlite: 'sqlite3 -bail DATABASE < FILE' };
