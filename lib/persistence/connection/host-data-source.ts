import type { DataSource, DataSourceOptions } from 'typeorm';
import { DataSourceMissingError, InvalidOptionError } from '../../errors/start-up.errors.js';
import { DatabaseAddress, type GivenAddress } from './database-address.js';

/** The database of a host without a TypeORM data source, of which only the address is known. */
export class AddressedDatabase {
  readonly #address: DatabaseAddress;

  /** @throws {InvalidOptionError} as `DatabaseAddress.toOptions` does */
  constructor(address: DatabaseAddress) {
    address.toOptions();
    this.#address = address;
  }

  /** Created anew each time, so that inspecting this object does not show the password. */
  get options(): DataSourceOptions {
    return this.#address.toOptions();
  }
}

/** Locates the host's database: its options describe how to connect. */
export type HostDataSource = DataSource | AddressedDatabase;

/**
 * Decides in which database the module works: that of the host's data source or, if the application has none, that of the
 * address.
 *
 * @param dataSource the application's data source with the name `name`, if it exists
 * @param name the option `dataSource`
 * @throws {DataSourceMissingError} if the data source does not exist, and `name` is set or there is no address to use instead
 * @throws {InvalidOptionError} if `database.schema` is set beside a data source, which has its own schema
 */
export function hostDataSourceOf(
  dataSource: DataSource | undefined,
  address: DatabaseAddress,
  name: string | undefined,
): HostDataSource {
  if (!dataSource) {
    const hasUrl = address.url !== undefined;
    if (name !== undefined || !hasUrl) throw new DataSourceMissingError(name, { hasUrl });
    return new AddressedDatabase(address);
  }
  if (address.schema === undefined) return dataSource;
  throw new InvalidOptionError(
    'database.schema',
    address.schema,
    'the application has a TypeORM data source, and the tables are in its schema. Set the option "schema" of the data source instead.',
  );
}

/**
 * The database that was passed to a function for deploy steps.
 *
 * @throws {InvalidOptionError} unless it is a data source or an address
 */
export const dataSourceIn = (given: DataSource | GivenAddress): HostDataSource =>
  isDataSource(given) ? given : new AddressedDatabase(new DatabaseAddress(given ?? {}));

/** Checks the shape: the host may have another copy of TypeORM than the module. */
const isDataSource = (given: DataSource | GivenAddress): given is DataSource =>
  typeof given === 'object' && given !== null && 'options' in given;

/**
 * The direct address, by which the module reaches the database of the host's data source without the host's pooler.
 *
 * @param url the option `database.url`. Without a data source, it is the host's own address
 * @returns undefined: the module uses the host's own address
 */
export const directUrlOf = (host: HostDataSource, url: string | undefined): string | undefined =>
  host instanceof AddressedDatabase ? undefined : url;
