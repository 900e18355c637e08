import type { EntityManager } from 'typeorm';
import { allOrNothing } from '../all-or-nothing.js';
import { rowsOf } from '../event-rows.js';
import type { EventStore, InsertedEvent, NewEvent } from '../event-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface EventRow {
  body: string;
}

/** How events enter on SQLite: one INSERT per event; a trigger fills the outbox. Statements cost no round trip here. */
export class SqliteEventStore implements EventStore {
  readonly #insert: string;
  readonly #find: string;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    this.#insert = `
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING`;
    this.#find = `SELECT body FROM ${event} WHERE tenant_uid = ? AND event_uid = ?`;
  }

  async insert(events: readonly NewEvent[], manager?: EntityManager): Promise<InsertedEvent[]> {
    if (!manager) {
      return allOrNothing((settle) => this.database.transaction(() => settle(this.#insertAll(events))));
    }
    const results: InsertedEvent[] = [];
    for (const [index, row] of rowsOf(events).entries()) {
      const event = events[index]!;
      const { affected } = await manager.queryRunner!.query(this.#insert, row, true);
      const [existing] =
        affected === 1 ? [] : await manager.query<EventRow[]>(this.#find, [event.tenantUid, event.eventUid]);
      results.push(resultOf(event, existing));
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
  duplicate: existing === undefined ? 'none' : existing.body === body ? 'same' : 'different',
});
