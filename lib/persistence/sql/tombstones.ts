import type { Database, Statement } from '../ports/database.js';
import { TRANSPORT_TOMBSTONE, WEBHOOK_TOMBSTONE } from './delivery-sql.js';
import { DIALECTS } from './dialect.js';
import { statement } from './statement.js';

/*
 * Statements that add tombstones. A tombstone is a row with the uid of a deleted transport or webhook. The log refers to
 * transports and webhooks by id, so it can still show the uid. A tombstone contains no URL, header, credential or secret. Put
 * these statements before the deletion, in the same transaction.
 */

/** Adds the tombstones of a transport and of all its webhooks. */
export const buryTransport = (database: Database, transportId: number): Statement[] => [
  statement(
    database,
    `${insertInto(database)}
     SELECT '${TRANSPORT_TOMBSTONE}', id, tenant_uid, http_transport_uid, id, ${DIALECTS[database.kind].instant}
       FROM ${database.table('webhook_http_transport')} WHERE id = ? ${UNLESS_BURIED}`,
    [database.now(), transportId],
  ),
  buryWebhooks(database, 'transport_id', transportId),
];

/** Adds the tombstone of a webhook. */
export const buryWebhook = (database: Database, webhookId: number): Statement =>
  buryWebhooks(database, 'id', webhookId);

/** Adds the tombstones of all webhooks of a transport. */
export const buryWebhooksOf = (database: Database, transportId: number): Statement =>
  buryWebhooks(database, 'transport_id', transportId);

const buryWebhooks = (database: Database, column: 'id' | 'transport_id', value: number): Statement =>
  statement(
    database,
    `${insertInto(database)}
     SELECT '${WEBHOOK_TOMBSTONE}', id, tenant_uid, webhook_uid, transport_id, ${DIALECTS[database.kind].instant}
       FROM ${database.table('webhook_webhook')} WHERE ${column} = ? ${UNLESS_BURIED}`,
    [database.now(), value],
  );

/** The tombstone may exist already, if another request deletes the same resource at the same time. */
const UNLESS_BURIED = 'ON CONFLICT (kind, id) DO NOTHING';

const insertInto = (database: Database): string =>
  `INSERT INTO ${database.table('webhook_tombstone')} (kind, id, tenant_uid, uid, transport_id, deleted_at)`;
