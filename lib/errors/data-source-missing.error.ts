import { WebhooksError } from './webhooks-error.js';

/** The host has no TypeORM data source of the name that the module was pointed at. Thrown at start-up. */
export class DataSourceMissingError extends WebhooksError {
  /** @param dataSource the option of that name; undefined: the data source without a name */
  constructor(readonly dataSource: string | undefined) {
    super(
      'DATA_SOURCE_MISSING',
      dataSource === undefined
        ? 'The application has no TypeORM data source without a name. Import TypeOrmModule.forRoot({ … }) beside WebhooksModule, or name ' +
            'the data source to use in the option "dataSource".'
        : `The application has no TypeORM data source named "${dataSource}". Import TypeOrmModule.forRoot({ name: "${dataSource}", … }), or ` +
            'correct the option "dataSource".',
    );
  }
}
