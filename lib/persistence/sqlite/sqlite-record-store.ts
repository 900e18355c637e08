import {
  PARKED_DUE_AT,
  type AttemptRecord,
  type ParkedDelivery,
  type RecordGroup,
  type RecordStore,
  type TransportRecord,
} from '../record-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface EndedRow {
  ordering_key: string;
  event_id: number;
}

/** Recording on SQLite: a group in one synchronous transaction. */
export class SqliteRecordStore implements RecordStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const queue = database.table('webhook_queue');
    const delivery = database.table('webhook_delivery');
    const sameRow = 'transport_id = ? AND due_at = ? AND delivery_id = ?';
    this.#sql = {
      remove: `DELETE FROM ${queue} WHERE ${sameRow} AND attempts = ?`,
      removeOfKey: `DELETE FROM ${queue} WHERE ${sameRow} AND attempts = ? RETURNING ordering_key, event_id`,
      move: `UPDATE ${queue} SET due_at = ?, attempts = attempts + 1, lost_attempts = 0 WHERE ${sameRow} AND attempts = ?`,
      nextOfKey: `
        SELECT due_at, delivery_id FROM ${queue} WHERE transport_id = ? AND ordering_key = ? AND event_id > ?
        ORDER BY event_id LIMIT 1`,
      redate: `UPDATE ${queue} SET due_at = ? WHERE ${sameRow}`,
      redateLog: `UPDATE ${delivery} SET due_at = ? WHERE id = ?`,
      log: `
        UPDATE ${delivery} SET status = ?, reason = ?, attempts = ?, due_at = ?, last_status_code = ?,
          last_error_code = ?, finished_at = ? WHERE id = ?`,
      attempt: `
        INSERT INTO ${database.table('webhook_attempt')} (delivery_id, number, started_at, duration_ms,
          response_status_code, response_headers, response_body, error_code, error_message, trigger, orphaned)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (delivery_id, number, started_at) DO NOTHING`,
      isBehind: `
        SELECT 1 FROM ${queue} q WHERE q.transport_id = ? AND q.due_at = ? AND q.delivery_id = ? AND EXISTS (
          SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id AND p.ordering_key = q.ordering_key
            AND p.event_id < q.event_id)`,
      parkedHeads: `
        SELECT q.transport_id, q.due_at, q.delivery_id FROM ${queue} q
        WHERE q.transport_id = ? AND q.due_at = ${PARKED_DUE_AT} AND NOT EXISTS (
          SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id AND p.ordering_key = q.ordering_key
            AND p.event_id < q.event_id)`,
      block: `
        UPDATE ${database.table('webhook_lane')} SET blocked_until = max(blocked_until, ?), consecutive_failures = ?
        WHERE transport_id = ?`,
      failingSince: `UPDATE ${database.table('webhook_http_transport')} SET failing_since = ? WHERE id = ?`,
      disable: `
        UPDATE ${database.table('webhook_http_transport')} SET state = 'DISABLED', disabled_reason = ?,
          version = version + 1, last_modified_at = ? WHERE id = ? AND state <> 'DISABLED'`,
    };
  }

  record({ attempts, transports, parked, now }: RecordGroup): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      const orphaned = new Set<number>();
      for (const attempt of attempts)
        if (!this.#recordAttempt(attempt, now)) orphaned.add(attempt.deliveryId);
      for (const row of parked) this.#park(row);
      for (const change of transports) this.#change(change, now);
      return orphaned;
    });
  }

  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      const freed = new Set<number>();
      const heads = this.database.prepare<{ due_at: number; delivery_id: number }>(this.#sql.parkedHeads);
      for (const transportId of transportIds) {
        for (const row of heads.all(transportId)) {
          this.#redate({ transportId, dueAt: row.due_at, deliveryId: row.delivery_id }, now);
          freed.add(transportId);
        }
      }
      return freed;
    });
  }

  /** @returns false when it is orphaned */
  #recordAttempt(attempt: AttemptRecord, now: number): boolean {
    const counted =
      attempt.nextDueAt === null ? this.#end(attempt, now) : this.#move(attempt, attempt.nextDueAt);
    if (counted) {
      this.#run(
        this.#sql.log,
        attempt.status,
        attempt.reason,
        attempt.attempts + 1,
        attempt.nextDueAt,
        attempt.responseStatusCode,
        attempt.errorCode,
        attempt.nextDueAt === null ? attempt.startedAt + attempt.durationMs : null,
        attempt.deliveryId,
      );
    }
    this.#run(
      this.#sql.attempt,
      attempt.deliveryId,
      attempt.attempts + 1,
      attempt.startedAt,
      attempt.durationMs,
      attempt.responseStatusCode,
      attempt.responseHeaders,
      attempt.responseBody,
      attempt.errorCode,
      attempt.errorMessage,
      attempt.trigger,
      Number(!counted),
    );
    return counted;
  }

  /** Takes the row out of the queue, and makes the next one of its key due. */
  #end({ transportId, dueAt, deliveryId, attempts, orderingKey }: AttemptRecord, now: number): boolean {
    if (orderingKey === null)
      return this.#run(this.#sql.remove, transportId, dueAt, deliveryId, attempts) === 1;
    const ended = this.database
      .prepare<EndedRow>(this.#sql.removeOfKey)
      .get(transportId, dueAt, deliveryId, attempts);
    if (ended === undefined) return false;
    const next = this.database
      .prepare<{ due_at: number; delivery_id: number }>(this.#sql.nextOfKey)
      .get(transportId, ended.ordering_key, ended.event_id);
    if (next?.due_at === PARKED_DUE_AT) {
      this.#redate({ transportId, dueAt: next.due_at, deliveryId: next.delivery_id }, now);
    }
    return true;
  }

  #move({ transportId, dueAt, deliveryId, attempts }: AttemptRecord, nextDueAt: number): boolean {
    return this.#run(this.#sql.move, nextDueAt, transportId, dueAt, deliveryId, attempts) === 1;
  }

  #park(row: ParkedDelivery): void {
    const isBehind = this.database
      .prepare(this.#sql.isBehind)
      .get(row.transportId, row.dueAt, row.deliveryId);
    if (isBehind !== undefined) this.#redate(row, PARKED_DUE_AT);
  }

  #redate({ transportId, dueAt, deliveryId }: ParkedDelivery, to: number): void {
    this.#run(this.#sql.redate, to, transportId, dueAt, deliveryId);
    this.#run(this.#sql.redateLog, to, deliveryId);
  }

  #change(change: TransportRecord, now: number): void {
    const { transportId, blockedUntil, consecutiveFailures, failingSince, disabledReason } = change;
    if (failingSince !== undefined) this.#run(this.#sql.failingSince, failingSince, transportId);
    if (disabledReason !== undefined) this.#run(this.#sql.disable, disabledReason, now, transportId);
    if (blockedUntil !== null) this.#run(this.#sql.block, blockedUntil, consecutiveFailures, transportId);
  }

  #run(sql: string, ...values: unknown[]): number {
    return this.database.prepare(sql).run(...values).changes;
  }
}
