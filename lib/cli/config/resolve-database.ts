import { isSchemaName, SCHEMA_RULE } from '../../persistence/connection/postgres-address.js';
import { DIALECTS } from '../../persistence/sql/dialect.js';
import { ConfigError, UsageError } from '../cli-errors.js';
import type { OptionValues } from '../command.js';
import { isDatabaseType, settingsOfUrl, typeProblem } from './database-type.js';
import type { DatabaseType, TillhookConfig } from './tillhook-config.js';

/** The database that a command works for. */
export interface DatabaseChoice {
  readonly type: DatabaseType;
  /** undefined: no source sets it. */
  readonly schema?: string;
}

/** The settings from one source. */
type Settings = Partial<DatabaseChoice>;

/**
 * Decides on the database: options first, then the configuration file, then the environment. If a source names another type
 * than the sources after it, their schemas are ignored, because they belong to another database: `--database sqlite`
 * overrides a file with `{ type: 'postgres', schema: 'hooks' }` as a whole. A schema without a type belongs to every type.
 *
 * @throws {UsageError} if no source sets the type, or an option is invalid
 * @throws {ConfigError} if the file or a variable is invalid
 */
export function resolveDatabase(
  values: OptionValues,
  config: TillhookConfig,
  env: Readonly<Record<string, string | undefined>>,
): DatabaseChoice {
  const merged = [fromEnvironment(env), config.database ?? {}, fromOptions(values)].reduce<Settings>(
    merge,
    {},
  );
  const { type, schema } = merged;
  if (type === undefined) {
    throw new UsageError(
      'Database type missing. Give --database postgres or --database sqlite, or set database.type or database.url in ' +
        'tillhook.config.mjs, or the environment variable TILLHOOK_DATABASE_URL.',
    );
  }
  if (schema === undefined) return { type };
  const Refusal = schema === values.schema ? UsageError : ConfigError;
  const { name, hasSchemas } = DIALECTS[type];
  if (!hasSchemas)
    throw new Refusal(`Schema "${schema}" given for ${name}, which has no schemas. Leave it out.`);
  if (isSchemaName(schema)) return { type, schema };
  throw new Refusal(`Schema name ${JSON.stringify(schema)} is invalid. Use ${SCHEMA_RULE}.`);
}

function merge(weaker: Settings, { type, schema }: Settings): Settings {
  const isOther = type !== undefined && weaker.type !== undefined && type !== weaker.type;
  const kept = isOther ? {} : weaker;
  return { ...kept, ...(type !== undefined && { type }), ...(schema !== undefined && { schema }) };
}

function fromOptions({ database, schema }: OptionValues): Settings {
  const type = database as string | undefined;
  if (type !== undefined && !isDatabaseType(type)) {
    throw new UsageError(`Option "--database" ${typeProblem(type)}`);
  }
  return { type, schema: schema as string | undefined };
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Settings {
  const { TILLHOOK_DATABASE_URL: url, TILLHOOK_DATABASE_SCHEMA } = env;
  const schema = TILLHOOK_DATABASE_SCHEMA || undefined;
  return url ? settingsOfUrl(url, schema, 'Environment variable TILLHOOK_DATABASE_URL') : { schema };
}
