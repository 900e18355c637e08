import { WebhooksError } from './webhooks-error.js';

/**
 * Tables of the module are missing while the application runs: `dropSchema`, `synchronize(true)` or `schema:drop` has
 * dropped them, or the connection cannot see them. Nothing was written. On PostgreSQL the current transaction can only be
 * rolled back.
 */
export class TablesMissingError extends WebhooksError {
  /** @param cause the driver's error; it names the table */
  constructor(cause: unknown) {
    super('TABLES_MISSING', `Webhook tables missing (${textOf(cause)}). ${TABLES_MISSING_REMEDY}`, { cause });
  }
}

/** How to restore the tables. */
export const TABLES_MISSING_REMEDY =
  'Run `await runWebhookMigrations(dataSource)`, or restart with the option runMigrations: true; processes that are running then go on by themselves.';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
