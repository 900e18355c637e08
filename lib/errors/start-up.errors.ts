import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** Details of a missing data source. */
interface MissingDataSource {
  /** Whether the option `database.url` is set. Default `false`. */
  readonly hasUrl?: boolean;
  /** Whether the application provides the data source, but it cannot be injected. Default `false`. */
  readonly isProvided?: boolean;
}

/**
 * The host has no TypeORM data source with the configured name, it has none at all and sets no `database.url`, or its data
 * source cannot be injected. Thrown at start-up.
 */
export class DataSourceMissingError extends WebhooksError {
  /** @param dataSource the option `dataSource`; undefined: the data source without a name */
  constructor(
    readonly dataSource: string | undefined,
    { hasUrl = false, isProvided = false }: MissingDataSource = {},
  ) {
    super('DATA_SOURCE_MISSING', isProvided ? notInjected(dataSource) : missing(dataSource, hasUrl));
  }
}

const named = (name: string | undefined): string =>
  name === undefined ? 'without a name' : `named "${name}"`;

const notInjected = (name: string | undefined): string =>
  `The TypeORM data source ${named(name)} cannot be injected into WebhooksModule: it could not connect, or the module that provides ` +
  'it is not global. Look in the log for the error of the data source, or provide it with TypeOrmModule.forRoot({ … }), which is global.';

function missing(name: string | undefined, hasUrl: boolean): string {
  const absent = `The application has no TypeORM data source ${named(name)}.`;
  if (name === undefined) {
    return (
      `${absent} Import TypeOrmModule.forRoot({ … }) beside WebhooksModule, or name the data source to use in the option ` +
      '"dataSource". In an application without TypeORM, set database: { url: "postgres://…" } or { url: "sqlite:./webhooks.db" }; ' +
      'a url that is undefined counts as omitted.'
    );
  }
  const remedy = `${absent} Import TypeOrmModule.forRoot({ name: "${name}", … }), or correct the option "dataSource".`;
  return hasUrl
    ? `${remedy} To use the database of database.url without a data source, leave "dataSource" out.`
    : remedy;
}

/** Two instances of the module in one application cannot be distinguished. Thrown at start-up. */
export class DuplicateInstanceError extends WebhooksError {
  /**
   * @param what the property that both share, e.g. `no name`
   * @param remedy how to correct it
   */
  constructor(what: string, remedy: string) {
    super('DUPLICATE_INSTANCE', `WebhooksModule.forRoot is imported twice with ${what}: ${remedy}`);
  }
}

/** Stored secrets are encrypted with keys that are missing from the key ring. Thrown at start-up and before a rotation. */
export class EncryptionKeyMissingError extends WebhooksError {
  /** @param missing the ids of the missing keys */
  constructor(readonly missing: readonly string[]) {
    super(
      'ENCRYPTION_KEY_MISSING',
      `Stored secrets are encrypted with keys that encryption.keys does not have: ${missing.map((id) => `"${id}"`).join(', ')}. ` +
        'Add them after the first key. Remove them after rotateEncryptionKeys() has re-encrypted all secrets with the first key.',
    );
  }
}

/** Words that stand in the message of an `InvalidOptionError` in place of a value. `inspect` would quote a plain string. */
export const unquoted = (words: string): object => ({ [inspect.custom]: () => words });

/** An option of the module, or of one of its functions, has an invalid value. Options of the module are checked at start-up. */
export class InvalidOptionError extends WebhooksError {
  /**
   * @param option its name, e.g. `leaseMs`
   * @param received the value as given; never pass a secret
   * @param remedy the value to set instead
   */
  constructor(
    readonly option: string,
    received: unknown,
    remedy: string,
  ) {
    super(
      'INVALID_OPTION',
      `WebhooksModule option "${option}" is ${inspect(received, { depth: 1 })}: ${remedy}`,
    );
  }
}

/** `WebhooksModule` was imported without `forRoot` or `forRootAsync`. Thrown at start-up. */
export class ModuleNotConfiguredError extends WebhooksError {
  constructor() {
    super(
      'MODULE_NOT_CONFIGURED',
      'WebhooksModule was imported without options. Import WebhooksModule.forRoot({ …, isGlobal: true }) once, in the root ' +
        'module, and leave it out of the imports of other modules; or import it in one module of your own that exports ' +
        'WebhooksModule, and import that module.',
    );
  }
}

/** The module's tables are missing or older than this version of the code, or their state cannot be determined. Thrown at start-up. */
export class SchemaBehindError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('SCHEMA_BEHIND', message, options);
  }
}

/** How to bring the tables up to date. */
export const MIGRATIONS_REMEDY =
  'Run `await runWebhookMigrations(dataSource)` in your deploy step, or set the option runMigrations: true.';

/**
 * The host's connection to its SQLite file and the module's connection belong to two copies of SQLite in one process. Such
 * copies do not see each other's locks, which loses writes and damages the file. Thrown at start-up, and by `emit` before
 * anything is written.
 */
export class SecondSqliteError extends WebhooksError {
  /**
   * @param subject the user of the other copy, e.g. `The Knex transaction passed to emit`
   * @param files the native files of SQLite that the process has loaded, as far as they are known
   */
  constructor(
    subject: string,
    readonly files: readonly string[],
  ) {
    const loaded = files.length > 0 ? files.join(' and ') : 'no native file that the process reports';
    const hidden = files.length < 2 ? ' (another copy may be part of the runtime or of a bundle)' : '';
    super(
      'SECOND_SQLITE',
      `${subject} runs on another copy of SQLite than the module, and the two do not see each other's locks, which loses writes and damages the file. ` +
        `Loaded: ${loaded}${hidden}. Make all packages use one copy of better-sqlite3: "npm ls better-sqlite3" shows which package installs another copy. ` +
        'Run "npm dedupe", or set one version for all with "overrides" in package.json.',
    );
  }
}

/**
 * The module's connections go through a pooler that may run each transaction in a different server session (PgBouncer with
 * `pool_mode = transaction`, for instance). Session settings and locks of the module would affect other clients, which share
 * these sessions. Thrown at start-up, before anything is changed.
 */
export class TransactionPoolingError extends WebhooksError {
  constructor() {
    super(
      'TRANSACTION_POOLING',
      'The module reaches PostgreSQL through a transaction pooler: two statements of one connection ran in different server ' +
        'sessions, or two connections in the same one. Give the module a direct address with the option database: { url } ' +
        '(your data source, if you have one, stays as it is), or use session pooling. For runWebhookMigrations and other functions ' +
        'for deploy steps, pass a data source with a direct address, or the address itself.',
    );
  }
}

/** The module does not support the kind of database of the host's data source. Thrown at start-up. */
export class UnsupportedDatabaseError extends WebhooksError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED_DATABASE', message, options);
  }
}
