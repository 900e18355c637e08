import type { NotificationEvent } from '../../domain/notification-event.js';
import {
  EVENT_COLUMNS,
  IGNORE_KNOWN_EVENTS,
  insertNotificationEvents,
  isSubscribed,
} from '../sql/notification-event-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/**
 * Stores notification events that are given as arrays (see `eventArrays`), as far as tenants have subscribed to them.
 *
 * @param first number of the first parameter; there are seven
 * @param join joins the events `e`, by `e.about`, to the rows that they report
 * @param condition must hold for each event
 */
export const insertEventsFrom = (
  database: Pick<PostgresDatabase, 'table'>,
  first: number,
  join: string,
  condition: string,
): string => {
  const types = ['bigint', 'text', 'text', 'text', 'text', 'bigint', 'text'];
  const arrays = types.map((type, index) => `$${first + index}::${type}[]`);
  return `${insertNotificationEvents(database.table('webhook_event'))}
      SELECT ${EVENT_COLUMNS.map((column) => `e.${column}`).join(', ')}
      FROM unnest(${arrays.join(', ')}) AS e (about, ${EVENT_COLUMNS.join(', ')}, only_after) ${join}
      WHERE ${condition} AND ${isSubscribed(database.table('webhook_webhook'), 'e')}
      ${IGNORE_KNOWN_EVENTS}`;
};

/** The parameters for events, each with the key of the row that it reports. */
export function eventArrays(
  keyed: readonly (readonly [about: number, event: NotificationEvent])[],
): unknown[] {
  const events = keyed.map(([, event]) => event);
  return [
    numbers(keyed.map(([about]) => about)),
    events.map((event) => event.tenantUid),
    events.map((event) => event.eventUid),
    events.map((event) => event.action),
    events.map((event) => event.body),
    numbers(events.map((event) => event.occurredAt)),
    events.map(({ onlyAfter }) => (onlyAfter.length === 0 ? null : onlyAfter.join(','))),
  ];
}
