import type { DataSourceOptions } from 'typeorm';
import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { checkSchemaName, schemaOf } from './postgres-address.js';
import { isSqliteAddress, sqliteFileOf } from './sqlite-address.js';

/** An address as a host gives it. */
export interface GivenAddress {
  /** `postgres://user:password@host:5432/database` or `sqlite:./webhooks.db`. */
  readonly url?: string | undefined;
  /** PostgreSQL schema of the module's tables. Default: the parameter `schema` of the url, else the role's search path. */
  readonly schema?: string | undefined;
}

/** An address of the database. `inspect` and JSON do not show it, since it contains a password. */
export class DatabaseAddress {
  readonly #url: string | undefined;
  readonly #schema: string | undefined;

  /**
   * @throws {InvalidOptionError} unless `url` is the address of a PostgreSQL database or a SQLite file; the message does
   *   not show the password
   */
  constructor({ url, schema }: GivenAddress = {}) {
    if (url !== undefined) checkUrl(url);
    if (schema !== undefined) checkSchemaName(schema);
    this.#url = url;
    this.#schema = schema;
  }

  get url(): string | undefined {
    return this.#url;
  }

  /** The option as given. `toOptions` also reads the parameter of the url. */
  get schema(): string | undefined {
    return this.#schema;
  }

  /**
   * The options of a data source for this address alone.
   *
   * @throws {InvalidOptionError} if there is no url, if the schema differs from the parameter `schema` of the url, or if a
   *   schema is given for a SQLite file
   */
  toOptions(): DataSourceOptions {
    const [url, schema] = [this.#url, this.#schema];
    if (url === undefined) throw new InvalidOptionError('database.url', url, `${EXAMPLES}.`);
    if (!isSqliteAddress(url)) return { type: 'postgres', url, ...named(schemaOf(url, schema)) };
    if (schema === undefined) return { type: 'better-sqlite3', database: sqliteFileOf(url) };
    throw new InvalidOptionError(
      'database.schema',
      schema,
      'the database is a SQLite file, which has no schemas. Leave the option out.',
    );
  }
}

const EXAMPLES =
  'set an address like postgres://user:password@host:5432/database, with the name of the database, or sqlite:./webhooks.db';

const named = (schema: string | undefined): { schema?: string } => (schema === undefined ? {} : { schema });

function checkUrl(url: unknown): void {
  if (typeof url === 'string' && isSqliteAddress(url)) return void sqliteFileOf(url);
  if (typeof url === 'string' && URL.canParse(url)) {
    const { protocol, pathname } = new URL(url);
    if (/^postgres(ql)?:$/.test(protocol)) {
      if (pathname.length > 1) return;
    } else if (url.slice(protocol.length).startsWith('//')) {
      throw refused(`${protocol}//********`, `the scheme "${protocol}" is not supported; `);
    }
  }
  throw refused('********');
}

const refused = (shown: string, reason = ''): InvalidOptionError =>
  new InvalidOptionError('database.url', shown, `${reason}${EXAMPLES}.`);
