import { DIALECTS } from '../../persistence/sql/dialect.js';
import { UsageError } from '../cli-errors.js';
import type { Command } from '../command.js';
import { loadConfig } from '../config/load-config.js';
import { resolveDatabase } from '../config/resolve-database.js';
import { suggest } from '../suggestion.js';
import { formatScript } from './format-script.js';

/** The schema of a new PostgreSQL database. Every statement names its schema, so that the search path does not matter. */
const DEFAULT_SCHEMA = 'public';

/** Prints the SQL of the migrations, for an administrator who applies it. It connects to no database. */
export const sqlCommand: Command = {
  name: 'sql',
  summary: 'Print the SQL that creates or upgrades the webhook tables',
  description:
    'Prints the SQL of all migrations, in order, without connecting to a database. The module runs the same statements.\n' +
    'They also record the migrations, so that the application then starts with `runMigrations: false`.',
  options: {
    database: {
      value: 'TYPE',
      description: 'postgres or sqlite. Default: the type of the configuration or of TILLHOOK_DATABASE_URL',
    },
    schema: {
      value: 'NAME',
      description: `PostgreSQL schema of the tables. The schema must exist. Default: that of the configuration, of TILLHOOK_DATABASE_SCHEMA or of the address, otherwise ${DEFAULT_SCHEMA}`,
    },
    from: {
      value: 'MIGRATION',
      description: 'Print only the migrations after this one: its name in webhook_migration',
    },
  },
  async run(values, { cwd, env, version, print }) {
    const config = await loadConfig(cwd, values.config as string | undefined);
    const { type, schema } = resolveDatabase(values, config, env);
    // TypeORM loads slowly, so it is imported only when it is needed, and not for the help.
    const { migrationNames, recordMigrations } =
      await import('../../persistence/migrations/record-migrations.js');
    const after = values.from as string | undefined;
    if (after !== undefined && !migrationNames().includes(after)) {
      throw new UsageError(
        `Option "--from" is "${after}", which is not a migration. ${suggest(after, migrationNames())}`,
      );
    }
    const target = DIALECTS[type].hasSchemas ? { type, schema: schema ?? DEFAULT_SCHEMA } : { type };
    const migrations = await recordMigrations({ ...target, after });
    print(
      values.json
        ? `${JSON.stringify(migrations, null, 2)}\n`
        : formatScript(migrations, { ...target, after, version }),
    );
  },
};
