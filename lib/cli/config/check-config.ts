import { inspect } from 'node:util';
import { ConfigError } from '../cli-errors.js';
import { suggest } from '../suggestion.js';
import type { TillhookConfig } from './tillhook-config.js';
import { isDatabaseType, settingsOfUrl, typeProblem } from './database-type.js';

const KEYS = ['database', 'webhooks'];
const WEBHOOKS_KEYS = ['catalog', 'encryption', 'environment'];
const DATABASE_KEYS = ['type', 'url', 'schema'];

/**
 * Checks the contents of a configuration file.
 *
 * @param file its name, for messages
 * @throws {ConfigError} for an unknown key or an invalid value. If `database.url` is a string, the message does not show its
 *   password
 */
export function checkConfig(content: unknown, file: string): TillhookConfig {
  const config = objectOf(content, file, 'The configuration', KEYS);
  // The module itself checks the values of its options.
  const webhooks =
    config.webhooks === undefined
      ? {}
      : { webhooks: objectOf(config.webhooks, file, 'webhooks', WEBHOOKS_KEYS) };
  if (config.database === undefined) return webhooks;
  const database = objectOf(config.database, file, 'database', DATABASE_KEYS);
  for (const key of DATABASE_KEYS) {
    const value = database[key];
    if (value === undefined || (typeof value === 'string' && value !== '')) continue;
    throw new ConfigError(
      `${file}: database.${key} is ${inspect(value, { depth: 0 })}. Use a non-empty string.`,
    );
  }
  const { type, url, schema } = database as Record<string, string | undefined>;
  if (type !== undefined && !isDatabaseType(type)) {
    throw new ConfigError(`${file}: database.type ${typeProblem(type)}`);
  }
  if (url === undefined) return { database: { type, schema }, ...webhooks };
  const settings = settingsOfUrl(url, schema, file);
  if (type !== undefined && type !== settings.type) {
    throw new ConfigError(
      `${file}: database.type is "${type}", but database.url is the address of a ${settings.type} database.`,
    );
  }
  return { database: { url, ...settings }, ...webhooks };
}

function objectOf(
  value: unknown,
  file: string,
  name: string,
  keys: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(
      `${file}: ${name} is ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `of type ${typeof value}`}. Use an object.`,
    );
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return value as Record<string, unknown>;
  throw new ConfigError(`${file}: unknown key "${unknown}". ${suggest(unknown, keys)}`);
}
