import type { Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DataSourceMissingError } from './errors/start-up.errors.js';
import { hostDataSourceOf } from './persistence/connection/host-data-source.js';
import type { ResolvedWebhooksOptions } from './webhooks.options.js';
import { HOST_DATA_SOURCE, WEBHOOKS_OPTIONS } from './webhooks.tokens.js';

/**
 * Provides the host's data source, or the database of `database.url` if the application has none.
 *
 * The data source is an optional dependency, because Nest's own error message would name an internal token and no remedy.
 * However, Nest also injects undefined if an optional provider throws, such as a data source that cannot connect. The
 * container therefore decides whether a data source exists. Otherwise the module would create its tables at the direct
 * address of an application that does not start.
 *
 * @param name the option `dataSource`
 */
export const hostDataSource = (name: string | undefined): Provider => {
  const token = getDataSourceToken(name);
  return {
    provide: HOST_DATA_SOURCE,
    useFactory: (
      { database }: ResolvedWebhooksOptions,
      modules: ModulesContainer,
      dataSource?: DataSource,
    ) => {
      const isProvided = [...modules.values()].some(({ providers }) => providers.has(token));
      if (!dataSource && isProvided) throw new DataSourceMissingError(name, { isProvided });
      return hostDataSourceOf(dataSource, database, name);
    },
    inject: [WEBHOOKS_OPTIONS, ModulesContainer, { token, optional: true }],
  };
};
