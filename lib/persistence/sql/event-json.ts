import type { HostRow } from '../ports/host-transaction.js';
import type { InsertedEvent, NewEvent } from '../ports/event-store.js';
import { isSameBody } from './event-rows.js';

/**
 * Events as one JSON text. The database libraries of hosts bind arrays and numbers differently, but all bind a text alike. The
 * member names are single words, since some libraries rename columns with underscores.
 */
export const jsonOf = (events: readonly NewEvent[]): string =>
  JSON.stringify(
    events.map(({ tenantUid, eventUid, action, orderingKey, body, occurredAt, traceparent }) => ({
      tenant: tenantUid,
      event: eventUid,
      action,
      // A lone surrogate cannot be encoded in UTF-8, and PostgreSQL rejects its JSON escape. Replace it with U+FFFD, as drivers do.
      key: orderingKey === null ? null : Buffer.from(orderingKey).toString(),
      body,
      occurred: occurredAt,
      trace: traceparent ?? null,
    })),
  );

/**
 * The result for each event, in the given order.
 *
 * @param inserted rows (tenant, event) that the statement wrote
 * @param existing rows (tenant, event, body) of the events that existed before
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
      results.push({ eventUid, duplicate: isSameBody(bodies.get(key), body) ? 'same' : 'different' });
    } else return undefined;
  }
  return results;
}

const keyOf = (tenantUid: unknown, eventUid: unknown): string => `${String(tenantUid)}/${String(eventUid)}`;
const keyOfRow = (row: HostRow): string => keyOf(row['tenant'], row['event']);
