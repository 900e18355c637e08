import type { HostRow } from './host-transaction.js';
import type { InsertedEvent, NewEvent } from './event-store.js';

/**
 * Events as one JSON text. Libraries differ in how they bind arrays and numbers, and all of them bind a text alike; the members
 * are single words, since some libraries rename columns with underscores.
 */
export const jsonOf = (events: readonly NewEvent[]): string =>
  JSON.stringify(
    events.map(({ tenantUid, eventUid, action, orderingKey, body, occurredAt }) => ({
      tenant: tenantUid,
      event: eventUid,
      action,
      // A lone surrogate has no form in UTF-8: drivers write U+FFFD for it, while PostgreSQL refuses its JSON escape.
      key: orderingKey === null ? null : Buffer.from(orderingKey).toString(),
      body,
      occurred: occurredAt,
    })),
  );

/**
 * What became of each event, in the order given.
 *
 * @param inserted rows (tenant, event) that a statement has written
 * @param existing rows (tenant, event, body) of those that it has not
 * @returns undefined if an event was neither written nor found
 */
export function resultsOf(
  events: readonly NewEvent[],
  inserted: readonly HostRow[],
  existing: readonly HostRow[],
): InsertedEvent[] | undefined {
  const isNew = new Set(inserted.map(keyOfRow));
  const bodies = new Map(existing.map((row) => [keyOfRow(row), row['body']]));
  const results: InsertedEvent[] = [];
  for (const { tenantUid, eventUid, body } of events) {
    const key = keyOf(tenantUid, eventUid);
    if (isNew.has(key)) results.push({ eventUid, duplicate: 'none' });
    else if (bodies.has(key)) {
      results.push({ eventUid, duplicate: bodies.get(key) === body ? 'same' : 'different' });
    } else return undefined;
  }
  return results;
}

const keyOf = (tenantUid: unknown, eventUid: unknown): string => `${String(tenantUid)}/${String(eventUid)}`;
const keyOfRow = (row: HostRow): string => keyOf(row['tenant'], row['event']);
