import { RESERVED_PREFIX } from '../../domain/reserved-actions.js';
import type { NotificationEvent } from '../../domain/notification-event.js';
import { mayRefuseEvent } from '../errors/may-refuse-event.js';
import type { Database, Statement, StatementResult, WriteOptions } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/*
 * Events of notifications are stored in the transaction of the change that they report, and only if the tenant has a webhook
 * for them. The database decides that, so no process has to know the webhooks of a tenant.
 */

/**
 * The beginning of a statement that adds notification events: a SELECT with the columns of `EVENT_COLUMNS` follows.
 *
 * @param event the escaped name of `webhook_event`
 */
export const insertNotificationEvents = (event: string): string =>
  `INSERT INTO ${event} (${EVENT_COLUMNS.join(', ')})`;

/** The end of a statement that adds notification events. An event that exists already stays as it is. */
export const IGNORE_KNOWN_EVENTS = 'ON CONFLICT (tenant_uid, event_uid) DO NOTHING';

export const EVENT_COLUMNS = ['tenant_uid', 'event_uid', 'action', 'body', 'occurred_at'] as const;

/** Whether an action is one of the notifications. Index `webhook_webhook_notified` has the same condition. */
export const isReservedSql = (action: string): string =>
  `substr(${action}, 1, ${RESERVED_PREFIX.length}) = '${RESERVED_PREFIX}'`;

/**
 * Whether a tenant has an enabled webhook for a notification, by the rules of `matchesAction`. To match a pattern such as
 * `WEBHOOK_*`, the expression cuts the action to the length of the pattern without its `*`, adds `*`, and compares the result
 * with the pattern.
 *
 * @param webhook the escaped name of `webhook_webhook`
 * @param event alias of a row with `tenant_uid` and `action`
 */
export const isSubscribed = (webhook: string, event: string): string => `(
    SELECT 1 FROM ${webhook} w
    WHERE w.tenant_uid = ${event}.tenant_uid AND ${isReservedSql('w.action')} AND w.enabled
      AND (w.action = ${event}.action OR w.action = substr(${event}.action, 1, length(w.action) - 1) || '*')
    LIMIT 1) IS NOT NULL`;

/** Adds one notification event, if the tenant has a webhook for it. */
export function insertNotificationEvent(
  database: Database,
  { tenantUid, eventUid, action, body, occurredAt }: NotificationEvent,
): Statement {
  const { instant } = DIALECTS[database.kind];
  const text = 'CAST(? AS text)';
  return statement(
    database,
    `${insertNotificationEvents(database.table('webhook_event'))}
     SELECT e.tenant_uid, e.event_uid, e.action, e.body, e.occurred_at
     FROM (SELECT ${text} AS tenant_uid, ${text} AS event_uid, ${text} AS action, ${text} AS body, ${instant} AS occurred_at) e
     WHERE ${isSubscribed(database.table('webhook_webhook'), 'e')} ${IGNORE_KNOWN_EVENTS}`,
    [tenantUid, eventUid, action, body, occurredAt],
  );
}

/**
 * Writes a change and the event of its notification with `Database.write`. If the database may have rejected the write because of
 * the event, the change is written again without it: an event must not prevent the change that it reports.
 *
 * @param statements returns all statements of the write. Its argument is the statement that adds the event, or an empty array
 */
export async function writeWithEvent(
  database: Database,
  event: NotificationEvent,
  statements: (event: readonly Statement[]) => readonly Statement[],
  options: WriteOptions,
): Promise<StatementResult[]> {
  try {
    return await database.write(statements([insertNotificationEvent(database, event)]), options);
  } catch (error) {
    if (!mayRefuseEvent(error)) throw error;
    return database.write(statements([]), options);
  }
}
