import type { Database } from './database.js';

/** The setting that holds the name of the environment the database belongs to. */
export const ENVIRONMENT_SETTING = 'environment';

/**
 * Whether the database is that of an environment, as a condition that is evaluated once for a statement: a database that was
 * restored under a running process holds from the next statement on.
 *
 * @param own the mark of the parameter; '' stands for no name
 */
export const isEnvironment = (database: Pick<Database, 'table'>, own: string): string =>
  `coalesce((SELECT value FROM ${database.table('webhook_setting')} WHERE name = '${ENVIRONMENT_SETTING}'), '') = ${own}`;
