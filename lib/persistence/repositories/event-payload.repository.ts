import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../ports/database.js';
import { STORES, type Stores } from '../ports/stores.js';
import { cancelDeliveries } from '../sql/cancel-deliveries.js';
import { DIALECTS } from '../sql/dialect.js';
import { ERASED_BODY, PAYLOAD_GONE_REASON } from '../sql/retention-sql.js';
import { retryOnDeadlock } from '../sql/retry-on-deadlock.js';
import { statement } from '../sql/statement.js';

/** Erases the bodies of single events. */
@Injectable()
export class EventPayloadRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'records'>,
  ) {}

  /**
   * Erases the body of an event, and cancels its pending deliveries, in one transaction. If the event still has to be fanned
   * out, it leaves the outbox: no delivery is created. If its body was erased before, nothing changes.
   *
   * @returns false if the tenant has no such event
   */
  async expunge(tenantUid: string, eventUid: string): Promise<boolean> {
    const id = await this.#idOf(tenantUid, eventUid);
    if (id === undefined) return false;
    const { database } = this;
    const now = database.now();
    const transportIds = await this.#transportsWith(id);
    const results = await retryOnDeadlock(() =>
      database.write(
        [
          statement(
            database,
            `UPDATE ${database.table('webhook_event')}
              SET ${ERASED_BODY}, expunged_at = coalesce(expunged_at, ${DIALECTS[database.kind].instant}) WHERE id = ?`,
            [now, id],
          ),
          // Waits for a fan-out of the event. Its deliveries are visible to the following statements.
          statement(
            database,
            `DELETE FROM ${database.table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
            [tenantUid, id],
          ),
          ...cancelDeliveries(database, 'event_id = ? AND tenant_id > 0', [id], PAYLOAD_GONE_REASON),
        ],
        { onlyIfFirstChanges: true },
      ),
    );
    if (results.length === 0) return false;
    // Unpark deliveries with the same ordering key that waited behind the cancelled ones.
    if (transportIds.length > 0) await this.stores.records.unpark(transportIds, now);
    return true;
  }

  /**
   * Transports with pending deliveries of the event. If fan-out creates a delivery for another transport meanwhile, that
   * transport need not be in the result: the new delivery is the latest one of its ordering key, so none waits behind it.
   */
  async #transportsWith(eventId: number): Promise<number[]> {
    const rows = await this.#query<{ transport_id: number | string }>(
      `SELECT DISTINCT transport_id FROM ${this.database.table('webhook_queue')} WHERE event_id = ? AND tenant_id > 0`,
      [eventId],
    );
    return rows.map((row) => Number(row.transport_id)).sort((one, other) => one - other);
  }

  async #idOf(tenantUid: string, eventUid: string): Promise<number | undefined> {
    const [row] = await this.#query<{ id: number | string }>(
      `SELECT id FROM ${this.database.table('webhook_event')} WHERE tenant_uid = ? AND event_uid = ?`,
      [tenantUid, eventUid],
    );
    return row && Number(row.id);
  }

  #query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    return this.database.dataSource.query<Row[]>(text, [...parameters]);
  }
}
