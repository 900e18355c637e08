import { existsSync } from 'node:fs';
import path from 'node:path';
import { isSqliteAddress, sqliteFileOf } from '../../persistence/connection/sqlite-address.js';
import { CliError, UsageError } from '../cli-errors.js';
import type { CommandContext, CommandOption, OptionValues } from '../command.js';
import { settingsOfUrl } from './database-type.js';
import { loadConfig } from './load-config.js';
import type { ModuleOptions } from './tillhook-config.js';

/** Options of every command that opens the database. */
export const DATABASE_OPTIONS: Readonly<Record<string, CommandOption>> = {
  database: {
    value: 'URL',
    description:
      'Address of the database. Default: database.url of the configuration, TILLHOOK_DATABASE_URL, or DATABASE_URL',
  },
  schema: {
    value: 'NAME',
    description:
      'PostgreSQL schema of the tables. Default: database.schema of the configuration, TILLHOOK_DATABASE_SCHEMA, the ' +
      'parameter schema of the address, or the search path of the role',
  },
};

/** The database that a command opens, and the options of the application that it needs. */
export interface ResolvedAddress {
  readonly url: string;
  readonly schema: string | undefined;
  readonly webhooks: ModuleOptions;
}

/**
 * Finds the address of the database: the option first, then the configuration file, then the environment.
 *
 * @param mayCreate whether a SQLite file that does not exist is accepted. By default it is not, because SQLite would create an
 *   empty file for a misspelt name
 * @throws {UsageError} if no source has an address
 * @throws {ConfigError} if an address is malformed; the message shows no password
 * @throws {CliError} `DATABASE_UNAVAILABLE` if the SQLite file does not exist
 */
export async function resolveAddress(
  values: OptionValues,
  context: CommandContext,
  { mayCreate = false }: { mayCreate?: boolean } = {},
): Promise<ResolvedAddress> {
  const { database, webhooks = {} } = await loadConfig(context.cwd, values.config as string | undefined);
  const { TILLHOOK_DATABASE_URL, TILLHOOK_DATABASE_SCHEMA, DATABASE_URL } = context.env;
  const sources = [
    ['Option "--database"', values.database as string | undefined],
    ['database.url of the configuration', database?.url],
    ['Environment variable TILLHOOK_DATABASE_URL', TILLHOOK_DATABASE_URL],
    ['Environment variable DATABASE_URL', DATABASE_URL],
  ] as const;
  const found = sources.find(([, url]) => url);
  if (!found) {
    throw new UsageError(
      'Address of the database missing. Give --database postgres://user@host/name or --database sqlite:./file.db, ' +
        'or set TILLHOOK_DATABASE_URL or DATABASE_URL.',
    );
  }
  const [source, url] = found;
  const given =
    (values.schema as string | undefined) ?? database?.schema ?? (TILLHOOK_DATABASE_SCHEMA || undefined);
  const { type, schema } = settingsOfUrl(url!, given, source);
  if (!mayCreate && isMissingFile(url!, context.cwd)) {
    throw new CliError(
      'DATABASE_UNAVAILABLE',
      `${source}: SQLite file ${sqliteFileOf(url!)} not found in ${context.cwd}. Correct the path, or create the file with \`tillhook migrate\`.`,
    );
  }
  return { url: url!, schema: type === 'postgres' ? schema : undefined, webhooks };
}

/** Whether an address names a SQLite file that does not exist. The module itself refuses a database in memory. */
export function isMissingFile(url: string, cwd: string): boolean {
  if (!isSqliteAddress(url)) return false;
  const file = sqliteFileOf(url);
  return file !== ':memory:' && !existsSync(path.resolve(cwd, file));
}
