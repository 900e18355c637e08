import type { EntityManager } from 'typeorm';
import { allOrNothing } from '../all-or-nothing.js';
import { eventChunks } from '../event-chunks.js';
import type { EventStore, InsertedEvent, NewEvent } from '../event-store.js';
import type { PostgresDatabase } from './postgres-database.js';

interface EventRow {
  id: string | number;
  tenant_uid: string;
  event_uid: string;
  body?: string;
}

/** How events enter on PostgreSQL: one statement writes event and outbox. */
export class PostgresEventStore implements EventStore {
  readonly #insertOne: string;
  readonly #insertMany: string;
  readonly #find: string;

  constructor(private readonly database: PostgresDatabase) {
    const event = database.table('webhook_event');
    const outbox = database.table('webhook_outbox');
    const columns = '(tenant_uid, event_uid, action, ordering_key, body, occurred_at)';
    const nowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
    const inserting = (source: string): string => `
      WITH inserted AS (
        INSERT INTO ${event} ${columns} ${source}
        ON CONFLICT (tenant_uid, event_uid) DO NOTHING
        RETURNING id, tenant_uid, event_uid
      ), queued AS (INSERT INTO ${outbox} (tenant_uid, event_id) SELECT tenant_uid, id FROM inserted)
      SELECT id, tenant_uid, event_uid FROM inserted`;

    this.#insertOne = inserting(`VALUES ($1, $2, $3, $4, $5, coalesce($6::bigint, ${nowMs}))`);
    this.#insertMany = inserting(`
        SELECT tenant_uid, event_uid, action, ordering_key, body, coalesce(occurred_at, ${nowMs})
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY
             AS input (tenant_uid, event_uid, action, ordering_key, body, occurred_at, position)
        ORDER BY position`);
    this.#find = `
      SELECT id, tenant_uid, event_uid, body FROM ${event}
      WHERE (tenant_uid, event_uid) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;
  }

  async insert(events: readonly NewEvent[], manager?: EntityManager): Promise<InsertedEvent[]> {
    if (manager) return this.#insertWith(events, (sql, values) => manager.query(sql, values));
    if (events.length === 1) return this.#insertWith(events, (sql, values) => this.#runAlone(sql, values));
    return allOrNothing((settle) =>
      this.database.transaction(async (client) =>
        settle(
          await this.#insertWith(
            events,
            async (sql, values) => (await client.query<EventRow>(sql, values)).rows,
          ),
        ),
      ),
    );
  }

  async #insertWith(events: readonly NewEvent[], query: Query): Promise<InsertedEvent[]> {
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      const inserted = keyed(
        chunk.length === 1
          ? await query(this.#insertOne, parametersOf(chunk[0]!))
          : await query(this.#insertMany, transposed(chunk.map(parametersOf))),
      );
      const duplicates = chunk.filter((event) => !inserted.has(keyOf(event.tenantUid, event.eventUid)));
      const existing = keyed(
        duplicates.length === 0
          ? []
          : await query(this.#find, [
              duplicates.map((event) => event.tenantUid),
              duplicates.map((event) => event.eventUid),
            ]),
      );
      for (const event of chunk) results.push(resultOf(event, inserted, existing));
    }
    return results;
  }

  #runAlone(sql: string, values: unknown[]): Promise<EventRow[]> {
    return this.database.query<EventRow>(
      sql === this.#insertOne ? 'tillhook_emit' : 'tillhook_find_event',
      sql,
      values,
    );
  }
}

type Query = (sql: string, values: unknown[]) => Promise<EventRow[]>;

const parametersOf = (event: NewEvent): unknown[] => [
  event.tenantUid,
  event.eventUid,
  event.action,
  event.orderingKey,
  event.body,
  event.occurredAt,
];

const transposed = (rows: unknown[][]): unknown[][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]));

const keyOf = (tenantUid: string, eventUid: string): string => `${tenantUid}/${eventUid}`;

const keyed = (rows: EventRow[]): Map<string, EventRow> =>
  new Map(rows.map((row) => [keyOf(row.tenant_uid, row.event_uid), row]));

function resultOf(
  event: NewEvent,
  inserted: Map<string, EventRow>,
  existing: Map<string, EventRow>,
): InsertedEvent {
  const key = keyOf(event.tenantUid, event.eventUid);
  const fresh = inserted.get(key);
  if (fresh) return { id: Number(fresh.id), eventUid: event.eventUid, duplicate: 'none' };
  const row = existing.get(key)!;
  return {
    id: Number(row.id),
    eventUid: event.eventUid,
    duplicate: row.body === event.body ? 'same' : 'different',
  };
}
