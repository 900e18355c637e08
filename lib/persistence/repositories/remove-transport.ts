import { setImmediate as turn } from 'node:timers/promises';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import type { Database, Statement } from '../database.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import { retryOnDeadlock } from '../retry-on-deadlock.js';
import { built, statement } from '../statement.js';

/** Why a delivery was cancelled, as the log tells it. */
const REASON = 'TRANSPORT_DELETED';
const CANCELLED: DeliveryStatus = 'CANCELLED';

/** Pending deliveries that one transaction cancels: some ten milliseconds, for which SQLite blocks the event loop. */
const BATCH = 200;

/**
 * Deletes a transport, its webhooks and its lane, and cancels its pending deliveries; the log stays.
 *
 * One transaction, as long as that is a short one. A backlog longer than a batch is cancelled in batches before:
 * first the webhooks go, so that nothing is added, then the backlog, then the rest. A process that dies between
 * leaves a transport without webhooks; deleting it again finishes the job.
 *
 * @returns false when the transport is gone already
 */
export async function removeTransport(database: Database, transport: HttpTransportEntity): Promise<boolean> {
  const { tenantUid, id } = transport;
  let head = await headOfQueue(database, id);
  if (head.length === BATCH) await database.write([deleteWebhooks(database, transport)]);
  while (head.length === BATCH) {
    const rows = head;
    await retryOnDeadlock(() => database.write(cancelRows(database, id, rows)));
    await turn();
    head = await headOfQueue(database, id);
  }
  const [, deleted] = await retryOnDeadlock(() =>
    database.write([
      // The lane first, contrary to the usual order: fan-out locks it before it adds deliveries, so from here on it
      // adds none. The webhooks go with the transport, by their foreign key.
      statement(database, `DELETE FROM ${database.table('webhook_lane')} WHERE transport_id = ?`, [id]),
      built(transportsOf(database).delete().where({ tenantUid, id })),
      ...cancelRest(database, id),
    ]),
  );
  return deleted!.affected > 0;
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
  return [
    statement(
      database,
      // The bound on due_at keeps the look-up at the head of the lane, which the primary key begins with.
      `DELETE FROM ${database.table('webhook_queue')}
        WHERE transport_id = ? AND due_at <= ? AND delivery_id IN (${marks})`,
      [transportId, rows.at(-1)?.due_at, ...ids],
    ),
    cancelDeliveries(database, marks, ids),
  ];
}

function cancelRest(database: Database, transportId: number): Statement[] {
  const queue = database.table('webhook_queue');
  // Recording locks the queue's row before the log's, and so does this, or they would wait for each other.
  const lockQueue =
    database.kind === 'postgres'
      ? [
          statement(
            database,
            `SELECT 1 FROM ${queue} WHERE transport_id = ? ORDER BY transport_id, due_at, delivery_id FOR UPDATE`,
            [transportId],
          ),
        ]
      : [];
  return [
    ...lockQueue,
    cancelDeliveries(database, `SELECT delivery_id FROM ${queue} WHERE transport_id = ?`, [transportId]),
    statement(database, `DELETE FROM ${queue} WHERE transport_id = ?`, [transportId]),
  ];
}

const cancelDeliveries = (database: Database, ids: string, parameters: readonly unknown[]): Statement =>
  statement(
    database,
    `UPDATE ${database.table('webhook_delivery')}
        SET status = ?, reason = ?, due_at = NULL, finished_at = ?
      WHERE status = 'PENDING' AND id IN (${ids})`,
    [CANCELLED, REASON, database.now(), ...parameters],
  );

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
