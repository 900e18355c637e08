import type { DataSource } from 'typeorm';
import { checkEnvironmentName } from '../domain/environment-name.js';
import type { GivenAddress } from '../persistence/connection/database-address.js';
import { ENVIRONMENT_SETTING } from '../persistence/sql/environment-setting.js';
import { SettingRepository } from '../persistence/repositories/setting.repository.js';
import { assertSchemaIsCurrent } from '../persistence/migrations/schema.js';
import { withDatabase } from '../persistence/connection/with-database.js';

/**
 * Assigns the database of `dataSource` to an environment, even if it belongs to another one. Processes of that environment
 * begin to send within seconds, and processes of any other environment stop sending.
 *
 * From then on, all pending deliveries in the database are sent to the stored URLs. In a copy of production, disable the
 * transports first.
 *
 * @param dataSource the data source, or in an application without TypeORM the address: `{ url, schema }`
 * @throws {InvalidOptionError} if the name is not valid
 * @throws {SchemaBehindError} if migrations have to run first
 */
export async function adoptEnvironment(dataSource: DataSource | GivenAddress, name: string): Promise<void> {
  checkEnvironmentName(name);
  await withDatabase(dataSource, async (database) => {
    await assertSchemaIsCurrent(database);
    await new SettingRepository(database).write(ENVIRONMENT_SETTING, name);
  });
}
