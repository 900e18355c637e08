import type { DataSource, DataSourceOptions } from 'typeorm';
import { DataSourceMissingError } from '../errors/data-source-missing.error.js';
import { InvalidOptionError } from '../errors/invalid-option.error.js';
import { DatabaseAddress, type GivenAddress } from './database-address.js';

/** The database of a host without a TypeORM data source: only its address is known. */
export class AddressedDatabase {
  readonly #address: DatabaseAddress;

  /** @throws {InvalidOptionError} as `DatabaseAddress.toOptions` does */
  constructor(address: DatabaseAddress) {
    address.toOptions();
    this.#address = address;
  }

  /** Made anew each time, so that no inspection of this object shows the password. */
  get options(): DataSourceOptions {
    return this.#address.toOptions();
  }
}

/** Where the host's database is: its options say how to connect. */
export type HostDataSource = DataSource | AddressedDatabase;

/**
 * Decides which database the module works in: that of the host's data source, or, if the application has none, that of the address.
 *
 * @param dataSource the data source of that name in the application, if there is one
 * @param name the option `dataSource`
 * @throws {DataSourceMissingError} without a data source, if one is named or there is no address
 * @throws {InvalidOptionError} for `database.schema` beside a data source, which has a schema of its own
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
 * The database that a function for deploy steps was given.
 *
 * @throws {InvalidOptionError} unless it is a data source or an address
 */
export const dataSourceIn = (given: DataSource | GivenAddress): HostDataSource =>
  isDataSource(given) ? given : new AddressedDatabase(new DatabaseAddress(given ?? {}));

/** By shape: the host may have another copy of TypeORM than the module. */
const isDataSource = (given: DataSource | GivenAddress): given is DataSource =>
  typeof given === 'object' && given !== null && 'options' in given;

/** The address at which the module reaches a host's database without the host's pooler; undefined: it is that of the host. */
export const directUrlOf = (host: HostDataSource, url: string | undefined): string | undefined =>
  host instanceof AddressedDatabase ? undefined : url;
