import type { DataSource, DataSourceOptions, EntityManager } from 'typeorm';
import { ForeignManagerError, ManagerNotInTransactionError } from '../errors/emit.errors.js';
import { databaseTarget } from '../persistence/connection/database-target.js';
import type { HostDataSource } from '../persistence/connection/host-data-source.js';

/** Accepts only managers with which an emit is atomic with the host's work. */
export class ManagerGuard {
  /** Data sources other than the host's that were found to reach the same database. */
  readonly #trusted = new WeakSet<DataSource>();

  /**
   * @param hostDataSource the host's data source or, in a host without one, the database of `database.url`. A manager is
   *   accepted if its data source connects to the same database
   * @param directUrl the option `database.url` of a host with a data source: a second address of the same database
   */
  constructor(
    private readonly hostDataSource: HostDataSource,
    private readonly directUrl?: string,
  ) {}

  /**
   * @throws {ManagerNotInTransactionError} if the manager is in no open transaction
   * @throws {ForeignManagerError} if its data source connects to a database other than the host's
   */
  check(manager: EntityManager): void {
    if (manager?.queryRunner?.isTransactionActive !== true) throw new ManagerNotInTransactionError();
    // TypeORM 0.3 and 1.x both have `connection`; the new name `dataSource` exists only in 1.x.
    const dataSource = manager.connection;
    if (dataSource === this.hostDataSource || this.#trusted.has(dataSource)) return;
    const [received, expected] = [databaseTarget(dataSource), databaseTarget(this.hostDataSource)];
    if (received !== expected && received !== this.#directTarget()) {
      throw new ForeignManagerError(received, expected);
    }
    this.#trusted.add(dataSource);
  }

  /** The target (see `databaseTarget`) of a data source with the address `directUrl`; undefined: there is no such address. */
  #directTarget(): string | undefined {
    const { directUrl, hostDataSource } = this;
    if (directUrl === undefined) return undefined;
    const options = {
      ...hostDataSource.options,
      replication: undefined,
      url: directUrl,
    } as DataSourceOptions;
    return databaseTarget({ options });
  }
}
