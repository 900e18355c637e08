import type { Database, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/** Stores events as items of a job, which will enqueue their deliveries. An item that exists already stays as it is. */
export function noteRecoveryItems(database: Database, id: number, eventIds: readonly number[]): Statement {
  const list = JSON.stringify(eventIds);
  const { jsonElements } = DIALECTS[database.kind];
  return statement(
    database,
    // SQLite needs the WHERE: without it, SQLite would parse ON as the beginning of a join condition.
    `INSERT INTO ${database.table('webhook_recovery_item')} (recovery_id, event_id)
     SELECT CAST(? AS bigint), CAST(value AS bigint) FROM ${jsonElements} WHERE true ON CONFLICT DO NOTHING`,
    [id, list],
  );
}

/** Deletes the first items of a job. @param limit maximum number of items */
export const deleteRecoveryItems = (database: Database, id: number, limit: number): Statement => {
  const items = database.table('webhook_recovery_item');
  return statement(
    database,
    `DELETE FROM ${items} WHERE recovery_id = ? AND event_id <= (SELECT max(event_id) FROM (
       SELECT event_id FROM ${items} WHERE recovery_id = ? ORDER BY recovery_id, event_id LIMIT ?) part)`,
    [id, id, limit],
  );
};
