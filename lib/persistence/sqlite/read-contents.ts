import { eventContentOf, type EventContentRow } from '../lane-rows.js';
import type { EventContent } from '../lane-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

/**
 * What events send, the oldest first. One statement for all of them: one for each takes twice as long. It is left as soon as
 * there is enough, so that what is beyond is never in memory.
 *
 * @param leastBytes of bodies: no more are read than that and one
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
      `SELECT id, event_uid, action, body FROM ${database.table('webhook_event')}
       WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`,
    )
    .iterate(JSON.stringify(eventIds));
  for (const row of rows) {
    contents.push(eventContentOf(row));
    bytes += Buffer.byteLength(row.body);
    if (bytes >= leastBytes) break;
  }
  return contents;
}
