import type { Database } from '../ports/database.js';
import { isEnvironment } from './environment-setting.js';

/** The name of the setting that exists while an operator has stopped all deliveries. `stopText` makes its value. */
export const STOP_SETTING = 'delivery_stop';

/**
 * A condition: whether a process may claim lanes and read deliveries. The database must belong to the environment of the process,
 * and no operator may have stopped deliveries. The condition is evaluated once for each statement. So a process that has not
 * noticed the stop yet can send only deliveries that it had read before.
 *
 * @param own the placeholder of the parameter with the environment of the process; '' stands for no name
 */
export const maySend = (database: Pick<Database, 'table'>, own: string): string =>
  `${isEnvironment(database, own)}
    AND (SELECT 1 FROM ${database.table('webhook_setting')} WHERE name = '${STOP_SETTING}') IS NULL`;
