import type { Database, Statement } from '../ports/database.js';
import type { NumberedTenant, TombstoneCursor } from '../ports/retention-store.js';
import { TRANSPORT_TOMBSTONE } from './delivery-sql.js';
import { statement } from './statement.js';

/** Escapes and qualifies a table's name. */
type TableName = (name: string) => string;

/**
 * Reason of a pending delivery that is cancelled because the body of its event is erased. The API uses it as an error code
 * too.
 */
export const PAYLOAD_GONE_REASON = 'PAYLOAD_GONE';

/**
 * Whether the body of an event was erased, so that nothing can be sent.
 *
 * @param event alias of a row of `webhook_event`
 */
export const isPayloadGone = (event: string): string => `${event}.expunged_at IS NOT NULL`;

/** Whether an event may still be sent: it is in the outbox, or has pending deliveries. @param event alias of the event */
export const isUnsent = (table: TableName, event: string): string => `(
    (SELECT 1 FROM ${table('webhook_queue')} q
      WHERE q.event_id = ${event}.id AND q.tenant_id > 0 LIMIT 1) IS NOT NULL
    OR (SELECT 1 FROM ${table('webhook_outbox')} o
        WHERE o.tenant_uid = ${event}.tenant_uid AND o.event_id = ${event}.id LIMIT 1) IS NOT NULL)`;

/** Whether the log, the queue or the outbox refers to an event. @param event alias of the event */
export const isReferred = (table: TableName, event: string): string => `(
    (SELECT 1 FROM ${table('webhook_delivery')} d WHERE d.event_id = ${event}.id LIMIT 1) IS NOT NULL
    OR ${isUnsent(table, event)})`;

/** The assignments that erase a body. They erase the ordering key as well, because a host may derive it from a person's id. */
export const ERASED_BODY = `body = '', ordering_key = NULL`;

/** Maximum number of rows that are read to find out whether the log of a transport refers to a webhook. */
const SEARCHED_ROWS = 1_000;
/** How long after the deletion of a webhook its last delivery may have been created, because clocks differ. */
const SLACK_MS = 60_000;

interface TombstoneRow {
  kind: string;
  id: number | string;
  is_needed: boolean | number;
}

/**
 * Deletes those of the next tombstones that nothing refers to. The log has no index by webhook, so for the tombstone of a webhook,
 * at most `SEARCHED_ROWS` rows of its transport are read. If a later row may refer to the webhook, the tombstone stays until
 * enough of these rows have been deleted.
 *
 * @param limit maximum number of tombstones that are read
 * @returns where to continue; undefined: these were the last tombstones
 */
export async function removeTombstones(
  database: Database,
  after: TombstoneCursor,
  limit: number,
): Promise<TombstoneCursor | undefined> {
  const table: TableName = (name) => database.table(name);
  const tombstone = table('webhook_tombstone');
  const { sql, parameters } = statement(
    database,
    `SELECT t.kind, t.id, CASE WHEN t.kind = '${TRANSPORT_TOMBSTONE}'
        THEN (SELECT 1 FROM ${table('webhook_delivery')} d WHERE d.transport_id = t.id
              ORDER BY d.transport_id, d.id LIMIT 1) IS NOT NULL
        ELSE (SELECT 1 FROM ${table('webhook_queue')} q
              WHERE q.tenant_id = (SELECT n.id FROM ${table('webhook_tenant')} n WHERE n.tenant_uid = t.tenant_uid)
                AND q.tenant_id > 0 AND q.transport_id = t.transport_id
              ORDER BY q.tenant_id DESC, q.transport_id DESC, q.delivery_id DESC LIMIT 1) IS NOT NULL
          OR (SELECT count(*) = ${SEARCHED_ROWS} AND max(d.created_at) <= t.deleted_at + ${SLACK_MS}
                  OR coalesce(max(CASE WHEN d.webhook_id = t.id THEN 1 ELSE 0 END), 0) = 1
              FROM (SELECT d.webhook_id, d.created_at FROM ${table('webhook_delivery')} d
                    WHERE d.transport_id = t.transport_id ORDER BY d.transport_id, d.id LIMIT ${SEARCHED_ROWS}) d)
        END AS is_needed
     FROM (SELECT * FROM ${tombstone} WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?) t`,
    [after.kind, after.id, limit],
  );
  const rows = await database.dataSource.query<TombstoneRow[]>(sql, [...parameters]);
  const gone = rows.filter((row) => !row.is_needed);
  if (gone.length > 0) {
    await database.write(
      gone.flatMap(({ kind, id }) => [
        ...(kind === TRANSPORT_TOMBSTONE ? [removeDepth(database, id)] : []),
        statement(database, `DELETE FROM ${tombstone} WHERE kind = ? AND id = ?`, [kind, id]),
      ]),
    );
  }
  const last = rows.length < limit ? undefined : rows.at(-1);
  return last && { kind: last.kind, id: Number(last.id) };
}

/**
 * Deletes the depth of a deleted transport, whose tombstone names the tenant. The depth of the tenant keeps the counts of the
 * transport.
 */
const removeDepth = (database: Database, transportId: number | string): Statement =>
  statement(
    database,
    `DELETE FROM ${database.table('webhook_queue_depth')} WHERE transport_id = ? AND tenant_id = (
       SELECT n.id FROM ${database.table('webhook_tombstone')} t
       JOIN ${database.table('webhook_tenant')} n ON n.tenant_uid = t.tenant_uid
       WHERE t.kind = ? AND t.id = ?)`,
    [transportId, TRANSPORT_TOMBSTONE, transportId],
  );

/** Reads tenants with ids above `afterId`, in ascending order. */
export async function numberedTenants(
  database: Database,
  afterId: number,
  limit: number,
): Promise<NumberedTenant[]> {
  const { sql, parameters } = statement(
    database,
    `SELECT id, tenant_uid FROM ${database.table('webhook_tenant')} WHERE id > ? ORDER BY id LIMIT ?`,
    [afterId, limit],
  );
  const rows = await database.dataSource.query<{ id: number; tenant_uid: string }[]>(sql, [...parameters]);
  return rows.map((row) => ({ id: row.id, tenantUid: row.tenant_uid }));
}

/** @returns undefined if the tenant has no id, because it never had a transport, or was erased */
export async function tenantIdOf(database: Database, tenantUid: string): Promise<number | undefined> {
  const { sql, parameters } = statement(
    database,
    `SELECT id FROM ${database.table('webhook_tenant')} WHERE tenant_uid = ?`,
    [tenantUid],
  );
  const [row] = await database.dataSource.query<{ id: number }[]>(sql, [...parameters]);
  return row?.id;
}
