import type { DataSource } from 'typeorm';
import { WebhookInboxEntity } from './webhook-inbox.entity.js';

const NAME = 'webhook_inbox';

/**
 * The escaped name of the table of the inbox. If the data source has the entity, the entity gives the name and the schema; otherwise
 * the table is in the schema of the data source.
 */
export function inboxTable(dataSource: DataSource): string {
  const { driver, options } = dataSource;
  if (dataSource.hasMetadata(WebhookInboxEntity)) {
    const { tablePath } = dataSource.getMetadata(WebhookInboxEntity);
    return tablePath
      .split('.')
      .map((part) => driver.escape(part))
      .join('.');
  }
  const { schema } = options as { schema?: string };
  return schema === undefined ? driver.escape(NAME) : `${driver.escape(schema)}.${driver.escape(NAME)}`;
}

/**
 * The statements that create the inbox, the same on PostgreSQL and SQLite.
 *
 * @param table its escaped name
 */
export const createInboxSql = (table: string): string[] => [
  `CREATE TABLE ${table} (
    source varchar(64) NOT NULL,
    webhook_id varchar(255) NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (source, webhook_id)
  )`,
  `CREATE INDEX webhook_inbox_received_at ON ${table} (received_at)`,
];
