import { WebhooksError } from './webhooks-error.js';

/** Details of a missing data source. */
interface MissingDataSource {
  /** Whether the option `database.url` is set. Default `false`. */
  readonly hasUrl?: boolean;
  /** Whether the application provides the data source, but it cannot be injected. Default `false`. */
  readonly isProvided?: boolean;
}

/** The host has no TypeORM data source with the configured name; or it has none at all, and no address instead. Thrown at start-up. */
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
  'it is not global. Look for the error of the data source, or provide it by TypeOrmModule.forRoot({ … }), which is global.';

function missing(name: string | undefined, hasUrl: boolean): string {
  const absent = `The application has no TypeORM data source ${named(name)}.`;
  if (name === undefined) {
    return (
      `${absent} Import TypeOrmModule.forRoot({ … }) beside WebhooksModule, or name the data source to use in the option ` +
      '"dataSource". In an application without TypeORM, set database: { url: "postgres://…" } or { url: "sqlite:./webhooks.db" }; ' +
      'an undefined url counts as left out.'
    );
  }
  const remedy = `${absent} Import TypeOrmModule.forRoot({ name: "${name}", … }), or correct the option "dataSource".`;
  return hasUrl
    ? `${remedy} To use the database of database.url without a data source, leave "dataSource" out.`
    : remedy;
}
