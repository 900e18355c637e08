import type { Database } from '../ports/database.js';
import { isEnvironment } from './environment-setting.js';

/** The setting that exists while an operator has stopped all deliveries. Its value is `stopText`. */
export const STOP_SETTING = 'delivery_stop';

/**
 * Whether a process may claim lanes and read deliveries, as a condition that is evaluated once for each statement: the database
 * belongs to its environment, and no operator has stopped deliveries. So a process that has not noticed the stop yet can
 * send only deliveries that it had read before.
 *
 * @param own the placeholder of the parameter with the environment; '' stands for no name
 */
export const maySend = (database: Pick<Database, 'table'>, own: string): string =>
  `${isEnvironment(database, own)}
    AND (SELECT 1 FROM ${database.table('webhook_setting')} WHERE name = '${STOP_SETTING}') IS NULL`;
