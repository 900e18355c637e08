import { allOrNothing } from '../sql/all-or-nothing.js';
import { isSameBody, rowsOf } from '../sql/event-rows.js';
import type { EventStore, InsertedEvent, NewEvent } from '../ports/event-store.js';
import type { HostTransaction } from '../ports/host-transaction.js';
import { runSteps, runStepsSync } from '../sql/statement-steps.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { SqliteHostInsert } from './sqlite-host-insert.js';

interface EventRow {
  body: string;
}

/**
 * Stores events on SQLite; a trigger fills the outbox. It uses one INSERT per event, because, unlike on PostgreSQL, a
 * statement costs no round trip. Only `SqliteHostInsert` writes several events with one INSERT.
 */
export class SqliteEventStore implements EventStore {
  readonly #insert: string;
  readonly #find: string;
  readonly #hostInsert: SqliteHostInsert;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    this.#insert = `
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING`;
    this.#find = `SELECT body FROM ${event} WHERE tenant_uid = ? AND event_uid = ?`;
    this.#hostInsert = new SqliteHostInsert(database);
  }

  async insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]> {
    if (transaction?.runSync) return this.insertSync(events, transaction);
    if (transaction?.isVerified) return this.#insertVerified(events, transaction);
    if (transaction) return runSteps(this.#hostInsert.insert(events, transaction), transaction);
    return allOrNothing((settle) => this.database.transaction(() => settle(this.#insertAll(events))));
  }

  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[] {
    return runStepsSync(this.#hostInsert.insert(events, transaction), transaction);
  }

  async #insertVerified(events: readonly NewEvent[], transaction: HostTransaction): Promise<InsertedEvent[]> {
    await runSteps(this.#hostInsert.identify(transaction), transaction);
    const results: InsertedEvent[] = [];
    for (const [index, row] of rowsOf(events).entries()) {
      const event = events[index]!;
      const { affected } = await transaction.run(this.#insert, row);
      const { rows } =
        affected === 1 ? { rows: [] } : await transaction.run(this.#find, [event.tenantUid, event.eventUid]);
      results.push(resultOf(event, rows[0] as EventRow | undefined));
    }
    return results;
  }

  #insertAll(events: readonly NewEvent[]): InsertedEvent[] {
    const insert = this.database.prepare(this.#insert);
    const find = this.database.prepare<EventRow>(this.#find);
    return rowsOf(events).map((row, index) => {
      const event = events[index]!;
      const isNew = insert.run(...row).changes === 1;
      return resultOf(event, isNew ? undefined : find.get(event.tenantUid, event.eventUid));
    });
  }
}

const resultOf = ({ eventUid, body }: NewEvent, existing: EventRow | undefined): InsertedEvent => ({
  eventUid,
  duplicate: existing === undefined ? 'none' : isSameBody(existing.body, body) ? 'same' : 'different',
});
