import type { Database, Statement } from './database.js';
import { tellLane } from './lane-statements.js';
import { PARKED_DUE_AT, type ParkedDelivery } from './record-store.js';
import { statement } from './statement.js';
import type { Swept } from './sweep-store.js';

export interface SweptLaneRow {
  transport_id: number;
  forgotten: number;
}

/** The first delivery of an ordering key. */
export interface KeyHeadRow {
  transport_id: number;
  ordering_key: string;
  due_at: number;
  delivery_id: number;
}

/** What a sweep reads of a lane. `forgotten`: nobody will look at it although it has something due. */
export const sweptLanes = (
  database: Database,
  after: number,
  limit: number,
  now: number,
  dueBefore: number,
) =>
  // A scalar subquery for each, so that the planner can turn none into a pass over the whole queue.
  statement(
    database,
    `SELECT l.transport_id AS transport_id, CASE
       WHEN l.holder IS NOT NULL OR l.due_at <= ? OR l.blocked_until > ? THEN 0
       WHEN (SELECT t.state FROM ${database.table('webhook_http_transport')} t WHERE t.id = l.transport_id) <> 'ACTIVE'
         THEN 0
       WHEN (SELECT q.due_at FROM ${database.table('webhook_queue')} q WHERE q.transport_id = l.transport_id
             ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1) < ? THEN 1
       ELSE 0 END AS forgotten
     FROM ${database.table('webhook_lane')} l WHERE l.transport_id > ? ORDER BY l.transport_id LIMIT ?`,
    [now, now, dueBefore, after, limit],
  );

/** What a look at `limit` lanes has found. */
export const foundLanes = (lanes: readonly SweptLaneRow[], limit: number): Swept<number> => ({
  repaired: lanes.filter((lane) => lane.forgotten === 1).map((lane) => lane.transport_id),
  next: lanes.length < limit ? undefined : lanes.at(-1)?.transport_id,
});

export const tellLanes = (database: Database, transportIds: readonly number[], now: number): Statement[] =>
  transportIds.map((transportId) => tellLane(database, transportId, now));

/** Makes parked deliveries due and tells their lanes. One that has moved on since it was read is left alone. */
export function freeParked(database: Database, parked: readonly ParkedDelivery[], now: number): Statement[] {
  const [queue, delivery] = [database.table('webhook_queue'), database.table('webhook_delivery')];
  return [
    ...parked.flatMap(({ transportId, deliveryId }) => [
      statement(
        database,
        `UPDATE ${queue} SET due_at = ? WHERE transport_id = ? AND due_at = ${PARKED_DUE_AT} AND delivery_id = ?`,
        [now, transportId, deliveryId],
      ),
      statement(database, `UPDATE ${delivery} SET due_at = ? WHERE id = ? AND due_at = ${PARKED_DUE_AT}`, [
        now,
        deliveryId,
      ]),
    ]),
    ...tellLanes(database, transportsOf(parked), now),
  ];
}

/** Each once, ascending: the order in which everybody locks lanes. */
export const transportsOf = (rows: readonly { readonly transportId: number }[]): number[] =>
  [...new Set(rows.map(({ transportId }) => transportId))].sort((one, other) => one - other);
