import type { Database } from '../ports/database.js';

/** The name of the setting that holds the name of the environment to which the database belongs. */
export const ENVIRONMENT_SETTING = 'environment';

/**
 * A condition: whether the database belongs to the environment of the process. It is evaluated once for each statement. So if
 * a restored copy replaces the database while the process runs, the next statement detects it.
 *
 * @param own the placeholder of the parameter with the environment of the process; '' stands for no name
 */
export const isEnvironment = (database: Pick<Database, 'table'>, own: string): string =>
  `coalesce((SELECT value FROM ${database.table('webhook_setting')} WHERE name = '${ENVIRONMENT_SETTING}'), '') = ${own}`;
