import type { DataSource } from 'typeorm';
import { checkEnvironmentName } from '../domain/environment-name.js';
import type { GivenAddress } from '../persistence/connection/database-address.js';
import { ENVIRONMENT_SETTING } from '../persistence/sql/environment-setting.js';
import { SettingRepository } from '../persistence/repositories/setting.repository.js';
import { assertSchemaIsCurrent } from '../persistence/migrations/schema.js';
import { withDatabase } from '../persistence/connection/with-database.js';

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
