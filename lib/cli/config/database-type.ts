import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { DatabaseAddress } from '../../persistence/connection/database-address.js';
import { databaseKindOf } from '../../persistence/sql/dialect.js';
import { ConfigError } from '../cli-errors.js';
import { DATABASE_TYPES } from './tillhook-config.js';
import type { DatabaseType } from './tillhook-config.js';

export const isDatabaseType = (value: string): value is DatabaseType =>
  (DATABASE_TYPES as readonly string[]).includes(value);

/**
 * Derives settings from an address, by the rules of the module's option `database`: the type from its scheme, and the
 * parameter `schema`.
 *
 * @param schema the schema that is given in addition to the address
 * @param source where the address is from, for the message, which shows no password
 * @throws {ConfigError} for an address that the module would reject
 */
export function settingsOfUrl(
  url: string,
  schema: string | undefined,
  source: string,
): { type: DatabaseType; schema?: string | undefined } {
  try {
    const options = new DatabaseAddress({ url, schema }).toOptions() as { type: string; schema?: string };
    return { type: databaseKindOf(options.type), schema: options.schema };
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    throw new ConfigError(`${source}: ${error.message.replace('WebhooksModule option', 'option')}`);
  }
}
