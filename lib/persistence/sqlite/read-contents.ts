import { eventContentOf, type EventContentRow } from '../sql/lane-rows.js';
import type { EventContent } from '../ports/lane-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/**
 * The bodies of events, the oldest event first. All are read by one statement, because one statement for each takes twice
 * as long. Reading stops as soon as there is enough, so that further bodies are never in memory.
 *
 * @param leastBytes size of the bodies at which reading stops: at most that many bytes plus one body are read
 */
export function readContents(
  database: SqliteDatabase,
  eventIds: readonly number[],
  leastBytes: number,
): EventContent[] {
  const contents: EventContent[] = [];
  let bytes = 0;
  const rows = database
    .prepare<EventContentRow>(
      `SELECT id, event_uid, action, body, traceparent, created_at FROM ${database.table('webhook_event')}
       WHERE id IN (SELECT value FROM json_each(?)) AND expunged_at IS NULL ORDER BY id`,
    )
    .iterate(JSON.stringify(eventIds));
  for (const row of rows) {
    contents.push(eventContentOf(row));
    bytes += Buffer.byteLength(row.body);
    if (bytes >= leastBytes) break;
  }
  return contents;
}
