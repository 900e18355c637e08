import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { DatabaseAddress } from '../../persistence/connection/database-address.js';
import { databaseKindOf } from '../../persistence/sql/dialect.js';
import { ConfigError } from '../cli-errors.js';
import { suggest } from '../suggestion.js';
import { DATABASE_TYPES } from './tillhook-config.js';
import type { DatabaseType } from './tillhook-config.js';

export const isDatabaseType = (value: string): value is DatabaseType =>
  (DATABASE_TYPES as readonly string[]).includes(value);

/**
 * What is wrong with a text that is not a type, as the end of a message. An address is not shown, because it may contain a
 * password.
 */
export const typeProblem = (text: string): string =>
  text.includes('://')
    ? `is an address. Use ${DATABASE_TYPES.map((type) => `"${type}"`).join(' or ')}. The address belongs in database.url of tillhook.config.mjs, or in TILLHOOK_DATABASE_URL.`
    : `is "${text}". ${suggest(text, DATABASE_TYPES)}`;

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
