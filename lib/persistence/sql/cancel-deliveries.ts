import type { DeliveryStatus } from '../../domain/delivery-status.js';
import type { Database, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';
import { ENDED } from './facts.js';
import { endReason, endStatus } from './queue-sql.js';
import { statement } from './statement.js';

const CANCELLED: DeliveryStatus = 'CANCELLED';

/**
 * Moves rows of the queue to the log as `CANCELLED`. If the database has row locks, the rows are locked first, in the order of
 * their key, because the holder of their lane may be recording attempts of these deliveries. If `movesRows` is set, one statement
 * then moves the rows, so that the rows deleted from the queue are exactly those added to the log. Otherwise several statements
 * move them, which is safe because that database has one writer at a time.
 *
 * The same transaction notes how many rows have left the queue, see `queueChangesOf`.
 *
 * @param condition for rows of the queue; it must find them by an index
 * @param reason the reason in the log; no user input
 */
export function cancelDeliveries(
  database: Database,
  condition: string,
  parameters: readonly unknown[],
  reason: string,
): Statement[] {
  const queue = database.table('webhook_queue');
  const move = (instant: string, source: string): string => `
    INSERT INTO ${database.table('webhook_delivery')} (id, event_id, transport_id, webhook_id, created_at, finished_at,
      tenant_id, attempts, status, reason)
    SELECT delivery_id, event_id, transport_id, webhook_id, created_at, ${instant}, tenant_id, attempts,
      ${endStatus(`'${CANCELLED}'`)}, ${endReason(`'${reason}'`)}
    FROM ${source}`;
  // `||`, because both databases have it.
  const note = (source: string): string => `
    INSERT INTO ${database.table('webhook_statistic_fact')} (facts)
    SELECT tenant_id || ',' || transport_id || ',' || count(*) || ',${ENDED}'
    FROM ${source} GROUP BY tenant_id, transport_id`;
  const { instant, lockRows, movesRows } = DIALECTS[database.kind];
  const rows = `${queue} WHERE ${condition}`;
  const lock = (clause: string): Statement =>
    statement(
      database,
      `SELECT 1 FROM ${rows} ORDER BY transport_id, due_at, delivery_id ${clause}`,
      parameters,
    );
  const moves = movesRows
    ? [
        statement(
          database,
          `WITH gone AS (DELETE FROM ${rows} RETURNING *), noted AS (${note('gone')}) ${move(instant, 'gone')}`,
          [...parameters, database.now()],
        ),
      ]
    : [
        statement(database, note(rows), parameters),
        statement(database, move(instant, rows), [database.now(), ...parameters]),
        statement(database, `DELETE FROM ${rows}`, parameters),
      ];
  return lockRows === undefined ? moves : [lock(lockRows), ...moves];
}
