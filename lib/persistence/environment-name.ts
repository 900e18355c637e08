import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../errors/invalid-option.error.js';
import type { GivenAddress } from './database-address.js';
import { ENVIRONMENT_SETTING } from './environment-setting.js';
import { SettingRepository } from './repositories/setting.repository.js';
import { assertSchemaIsCurrent } from './schema.js';
import { withDatabase } from './with-database.js';

const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** @throws {InvalidOptionError} unless the name is 1 to 64 printable ASCII characters without spaces around them */
export function checkEnvironmentName(name: string): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new InvalidOptionError(
    'environment',
    name,
    'use 1 to 64 printable ASCII characters, e.g. "production".',
  );
}

/**
 * Assigns the database of `dataSource` to an environment, whichever it belonged to before. Processes of that environment
 * that held their deliveries continue within seconds; processes of any other environment begin to hold theirs.
 *
 * From then on, everything that is pending in the database is sent to the receivers that are stored in it. In a copy of
 * production, disable its transports first.
 *
 * @param dataSource the data source, or in an application without TypeORM the address: `{ url, schema }`
 * @throws {InvalidOptionError}
 * @throws {SchemaBehindError}
 */
export async function adoptEnvironment(dataSource: DataSource | GivenAddress, name: string): Promise<void> {
  checkEnvironmentName(name);
  await withDatabase(dataSource, async (database) => {
    await assertSchemaIsCurrent(database);
    await new SettingRepository(database).write(ENVIRONMENT_SETTING, name);
  });
}
