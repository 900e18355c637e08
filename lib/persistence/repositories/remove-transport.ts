import { setImmediate as turn } from 'node:timers/promises';
import type { Database, Statement } from '../ports/database.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import { cancelDeliveries } from '../sql/cancel-deliveries.js';
import { auditTransportDeletion, auditWebhookDeletions } from '../sql/audit-sql.js';
import { DIALECTS } from '../sql/dialect.js';
import { retryOnDeadlock } from '../sql/retry-on-deadlock.js';
import { endActiveRecovery } from '../sql/recovery-statements.js';
import { built, statement } from '../sql/statement.js';
import { buryTransport, buryWebhooksOf } from '../sql/tombstones.js';

/** The reason of the cancelled deliveries in the log. */
const REASON = 'TRANSPORT_DELETED';

/**
 * Number of pending deliveries that one transaction cancels. The transaction takes about 10 ms; on SQLite it blocks the event
 * loop for that time.
 */
const BATCH = 200;

/**
 * Deletes a transport, its webhooks and its lane, cancels its pending deliveries, and ends its recovery; the log stays.
 *
 * A backlog of less than one batch is cancelled in the transaction that deletes the transport. A longer backlog takes several
 * transactions: first the webhooks are deleted, so that no deliveries are added; then the backlog is cancelled in batches;
 * then the rest is deleted. If the process dies in between, a transport without webhooks remains; deleting it again completes
 * the deletion.
 *
 * @param actor who deletes it, for the audit; null: unknown
 * @returns false if the transport no longer exists
 */
export async function removeTransport(
  database: Database,
  transport: HttpTransportEntity,
  actor: string | null,
): Promise<boolean> {
  const { tenantUid, id } = transport;
  let head = await headOfQueue(database, id);
  if (head.length === BATCH)
    await database.write([
      ...lockTransport(database, id),
      buryWebhooksOf(database, id),
      auditWebhookDeletions(database, 'transport_id', id, actor),
      deleteWebhooks(database, transport),
    ]);
  while (head.length === BATCH) {
    const rows = head;
    await retryOnDeadlock(() => database.write(cancelRows(database, id, rows)));
    await turn();
    head = await headOfQueue(database, id);
  }
  const before = [
    // The lane is deleted first, contrary to the usual order. Fan-out locks it before it adds deliveries, so from here on
    // it adds none. The webhooks are deleted with the transport, by their foreign key.
    statement(database, `DELETE FROM ${database.table('webhook_lane')} WHERE transport_id = ?`, [id]),
    ...lockTransport(database, id),
    ...buryTransport(database, id),
    auditWebhookDeletions(database, 'transport_id', id, actor),
    auditTransportDeletion(database, id, actor),
    endActiveRecovery(database, id, 'TRANSPORT_DELETED'),
  ];
  const deletion = built(transportsOf(database).delete().where({ tenantUid, id }));
  const results = await retryOnDeadlock(() =>
    database.write([...before, deletion, ...cancelRest(database, id)]),
  );
  return results[before.length]!.affected > 0;
}

/** Locks the transport, so that no webhook can be added: a new one would be deleted with it and leave no tombstone. */
function lockTransport(database: Database, transportId: number): Statement[] {
  const { lockRows } = DIALECTS[database.kind];
  if (lockRows === undefined) return [];
  const sql = `SELECT 1 FROM ${database.table('webhook_http_transport')} WHERE id = ? ${lockRows}`;
  return [statement(database, sql, [transportId])];
}

interface QueueRow {
  due_at: number | string;
  delivery_id: number | string;
}

function headOfQueue(database: Database, transportId: number): Promise<QueueRow[]> {
  const { sql, parameters } = statement(
    database,
    `SELECT due_at, delivery_id FROM ${database.table('webhook_queue')} WHERE transport_id = ?
      ORDER BY transport_id, due_at, delivery_id LIMIT ${BATCH}`,
    [transportId],
  );
  return database.dataSource.query(sql, [...parameters]);
}

function cancelRows(database: Database, transportId: number, rows: readonly QueueRow[]): Statement[] {
  const ids = rows.map((row) => row.delivery_id);
  const marks = ids.map(() => '?').join(', ');
  // The bound on due_at makes the look-up use the primary key and start at the head of the lane.
  return cancel(database, `transport_id = ? AND due_at <= ? AND delivery_id IN (${marks})`, [
    transportId,
    rows.at(-1)?.due_at,
    ...ids,
  ]);
}

const cancelRest = (database: Database, transportId: number): Statement[] =>
  cancel(database, 'transport_id = ?', [transportId]);

const cancel = (database: Database, condition: string, parameters: readonly unknown[]): Statement[] =>
  cancelDeliveries(database, condition, parameters, REASON);

const deleteWebhooks = (database: Database, { tenantUid, id }: HttpTransportEntity): Statement =>
  built(
    database.dataSource
      .getRepository(WebhookEntity)
      .createQueryBuilder()
      .delete()
      .where({ tenantUid, transportId: id }),
  );

const transportsOf = (database: Database) =>
  database.dataSource.getRepository(HttpTransportEntity).createQueryBuilder();
