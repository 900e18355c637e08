import { randomInt } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../../errors/start-up.errors.js';

/** `randomInt` returns at most 48 bits. */
const KEYS = 2 ** 47;

/** The module's own connections. */
interface OwnDatabase {
  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
}

/**
 * Checks that the direct address leads to the database in which the host's transactions store events. The module acquires
 * an advisory lock, which exists once per database, and the host's connection must find that lock held.
 *
 * @throws {InvalidOptionError} naming `database.url`, without its value
 */
export async function assertSameDatabase(host: DataSource, database: OwnDatabase): Promise<void> {
  const key = randomInt(KEYS);
  const { isFree, hostSchema, ownSchema } = await database.transaction(async (client) => {
    const own = await client.query<{ schema: string | null }>(
      'SELECT current_schema() AS schema, pg_advisory_xact_lock($1)',
      [key],
    );
    const [seen] = await host.query<[{ free: boolean; schema: string | null }]>(
      'SELECT current_schema() AS schema, pg_try_advisory_xact_lock($1) AS free',
      [key],
    );
    return { isFree: seen.free, hostSchema: seen.schema, ownSchema: own.rows[0]!.schema };
  });
  if (isFree) {
    throw refused(
      'it leads to another database than your data source, or to a standby. Events of your transactions would never be delivered: ' +
        'give the direct address of the same database.',
    );
  }
  const { schema } = host.options as { schema?: string };
  if (schema === undefined && hostSchema !== ownSchema) {
    throw refused(
      `its role finds the schema "${ownSchema}" first, but the role of your data source finds "${hostSchema}". Name the schema of ` +
        'the webhook tables in the option "schema" of your data source, or give both roles the same search_path.',
    );
  }
}

const refused = (remedy: string): InvalidOptionError =>
  new InvalidOptionError('database.url', '********', remedy);
