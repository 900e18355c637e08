import { WebhooksError } from './webhooks-error.js';

/** The host has no TypeORM data source of the name that the module was pointed at, or none and no address instead. Thrown at start-up. */
export class DataSourceMissingError extends WebhooksError {
  /**
   * @param dataSource the option of that name; undefined: the data source without a name
   * @param hasUrl whether the option `database.url` is set. Default `false`
   */
  constructor(
    readonly dataSource: string | undefined,
    hasUrl = false,
  ) {
    super('DATA_SOURCE_MISSING', dataSource === undefined ? NONE : missing(dataSource, hasUrl));
  }
}

const NONE =
  'The application has no TypeORM data source without a name. Import TypeOrmModule.forRoot({ … }) beside WebhooksModule, or name ' +
  'the data source to use in the option "dataSource". In an application without TypeORM, set ' +
  'database: { url: "postgres://…" } or { url: "sqlite:./webhooks.db" }; an undefined url counts as left out.';

const missing = (name: string, hasUrl: boolean): string =>
  `The application has no TypeORM data source named "${name}". Import TypeOrmModule.forRoot({ name: "${name}", … }), or ` +
  (hasUrl
    ? 'correct the option "dataSource". To use the database of database.url without a data source, leave "dataSource" out.'
    : 'correct the option "dataSource".');
