import type { Database } from '../ports/database.js';

/** The setting with the name of the environment that the database belongs to. */
export const ENVIRONMENT_SETTING = 'environment';

/**
 * Whether the database belongs to an environment, as a condition that is evaluated once for each statement. If the database
 * is replaced by a restored copy under a running process, the next statement detects it.
 *
 * @param own the placeholder of the parameter; '' stands for no name
 */
export const isEnvironment = (database: Pick<Database, 'table'>, own: string): string =>
  `coalesce((SELECT value FROM ${database.table('webhook_setting')} WHERE name = '${ENVIRONMENT_SETTING}'), '') = ${own}`;
