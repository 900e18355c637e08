import type { Database, Statement } from './database.js';
import { TRANSPORT_TOMBSTONE, WEBHOOK_TOMBSTONE } from './delivery-sql.js';
import { statement } from './statement.js';

/*
 * A deleted transport or webhook leaves a row that names it, so that the log, which refers to it by number, can show its
 * uid. The row holds no URL, header, credential or secret. Put these statements before the deletion, in its transaction.
 */

/** Of the transport and all its webhooks. */
export const buryTransport = (database: Database, transportId: number): Statement[] => [
  statement(
    database,
    `${insertInto(database)}
     SELECT '${TRANSPORT_TOMBSTONE}', id, tenant_uid, http_transport_uid, id, ${instant(database)}
       FROM ${database.table('webhook_http_transport')} WHERE id = ? ${UNLESS_BURIED}`,
    [database.now(), transportId],
  ),
  buryWebhooks(database, 'transport_id', transportId),
];

export const buryWebhook = (database: Database, webhookId: number): Statement =>
  buryWebhooks(database, 'id', webhookId);

/** Of all webhooks of a transport. */
export const buryWebhooksOf = (database: Database, transportId: number): Statement =>
  buryWebhooks(database, 'transport_id', transportId);

const buryWebhooks = (database: Database, column: 'id' | 'transport_id', value: number): Statement =>
  statement(
    database,
    `${insertInto(database)}
     SELECT '${WEBHOOK_TOMBSTONE}', id, tenant_uid, webhook_uid, transport_id, ${instant(database)}
       FROM ${database.table('webhook_webhook')} WHERE ${column} = ? ${UNLESS_BURIED}`,
    [database.now(), value],
  );

/** Another request deletes it at the same moment. */
const UNLESS_BURIED = 'ON CONFLICT (kind, id) DO NOTHING';

const insertInto = (database: Database): string =>
  `INSERT INTO ${database.table('webhook_tombstone')} (kind, id, tenant_uid, uid, transport_id, deleted_at)`;

/** PostgreSQL would have to guess the type of a parameter in a list of columns. */
const instant = (database: Database): string => (database.kind === 'postgres' ? '?::bigint' : '?');
