import type { EntityManager } from 'typeorm';
import { allOrNothing } from '../all-or-nothing.js';
import type { EventStore, InsertedEvent, NewEvent } from '../event-store.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface EventRow {
  id: number;
  body: string;
}

/** How events enter on SQLite: one INSERT per event; a trigger fills the outbox. Statements cost no round trip here. */
export class SqliteEventStore implements EventStore {
  readonly #insert: string;
  readonly #find: string;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    this.#insert = `
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at)
      VALUES (?, ?, ?, ?, ?, coalesce(?, CAST(unixepoch('subsec') * 1000 AS INTEGER)))
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING RETURNING id`;
    this.#find = `SELECT id, body FROM ${event} WHERE tenant_uid = ? AND event_uid = ?`;
  }

  async insert(events: readonly NewEvent[], manager?: EntityManager): Promise<InsertedEvent[]> {
    if (!manager) {
      return allOrNothing((settle) => this.database.transaction(() => settle(this.#insertAll(events))));
    }
    const results: InsertedEvent[] = [];
    for (const event of events) {
      const [fresh] = await manager.query<{ id: number }[]>(this.#insert, parametersOf(event));
      const [row] = fresh
        ? []
        : await manager.query<EventRow[]>(this.#find, [event.tenantUid, event.eventUid]);
      results.push(resultOf(event, fresh, () => row!));
    }
    return results;
  }

  #insertAll(events: readonly NewEvent[]): InsertedEvent[] {
    const insert = this.database.prepare<{ id: number }>(this.#insert);
    const find = this.database.prepare<EventRow>(this.#find);
    return events.map((event) =>
      resultOf(event, insert.get(...parametersOf(event)), () => find.get(event.tenantUid, event.eventUid)!),
    );
  }
}

const parametersOf = (event: NewEvent): unknown[] => [
  event.tenantUid,
  event.eventUid,
  event.action,
  event.orderingKey,
  event.body,
  event.occurredAt,
];

function resultOf(
  event: NewEvent,
  fresh: { id: number } | undefined,
  existing: () => EventRow,
): InsertedEvent {
  if (fresh) return { id: fresh.id, eventUid: event.eventUid, duplicate: 'none' };
  const row = existing();
  return { id: row.id, eventUid: event.eventUid, duplicate: row.body === event.body ? 'same' : 'different' };
}
