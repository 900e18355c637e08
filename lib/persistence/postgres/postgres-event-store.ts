import type { EntityManager } from 'typeorm';
import { allOrNothing } from '../all-or-nothing.js';
import { eventChunks } from '../event-chunks.js';
import { rowsOf } from '../event-rows.js';
import type { EventStore, InsertedEvent, NewEvent } from '../event-store.js';
import type { PostgresDatabase } from './postgres-database.js';

interface EventRow {
  tenant_uid: string;
  event_uid: string;
  body?: string;
}

/** What a statement gave: its rows, and how many it wrote. */
interface Result {
  rows: EventRow[];
  written: number;
}

type Query = (sql: string, values: unknown[]) => Promise<Result>;

/** How events enter on PostgreSQL: one INSERT; a trigger fills the outbox. */
export class PostgresEventStore implements EventStore {
  readonly #insertOne: string;
  readonly #insertMany: string;
  readonly #find: string;

  constructor(private readonly database: PostgresDatabase) {
    const event = database.table('webhook_event');
    const inserting = (source: string): string => `
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at) ${source}
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING`;
    // One event: the count of rows says it all, so that nothing comes back to be parsed.
    this.#insertOne = inserting('VALUES ($1, $2, $3, $4, $5, $6)');
    this.#insertMany = `${inserting(`
        SELECT tenant_uid, event_uid, action, ordering_key, body, occurred_at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY
             AS input (tenant_uid, event_uid, action, ordering_key, body, occurred_at, position)
        ORDER BY position`)} RETURNING tenant_uid, event_uid`;
    this.#find = `
      SELECT tenant_uid, event_uid, body FROM ${event}
      WHERE (tenant_uid, event_uid) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;
  }

  async insert(events: readonly NewEvent[], manager?: EntityManager): Promise<InsertedEvent[]> {
    if (manager) return this.#insertWith(events, hostQuery(manager));
    if (events.length === 1) return this.#insertWith(events, (sql, values) => this.#runAlone(sql, values));
    return allOrNothing((settle) =>
      this.database.transaction(async (client) => {
        const query: Query = async (sql, values) => {
          const { rows, rowCount } = await client.query<EventRow>(sql, values);
          return { rows, written: rowCount ?? 0 };
        };
        return settle(await this.#insertWith(events, query));
      }),
    );
  }

  async #insertWith(events: readonly NewEvent[], query: Query): Promise<InsertedEvent[]> {
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      const duplicates = await this.#insertChunk(chunk, query);
      const existing = duplicates.length === 0 ? [] : await this.#findAll(duplicates, query);
      const bodies = new Map(existing.map((row) => [keyOf(row.tenant_uid, row.event_uid), row.body]));
      for (const { tenantUid, eventUid, body } of chunk) {
        const known = bodies.get(keyOf(tenantUid, eventUid));
        results.push({
          eventUid,
          duplicate: known === undefined ? 'none' : known === body ? 'same' : 'different',
        });
      }
    }
    return results;
  }

  /** @returns those that were there already */
  async #insertChunk(chunk: readonly NewEvent[], query: Query): Promise<readonly NewEvent[]> {
    if (chunk.length === 1) {
      const { written } = await query(this.#insertOne, rowsOf(chunk)[0]!);
      return written === 1 ? [] : chunk;
    }
    const { rows } = await query(this.#insertMany, transposed(rowsOf(chunk)));
    if (rows.length === chunk.length) return [];
    const inserted = new Set(rows.map((row) => keyOf(row.tenant_uid, row.event_uid)));
    return chunk.filter(({ tenantUid, eventUid }) => !inserted.has(keyOf(tenantUid, eventUid)));
  }

  async #findAll(events: readonly NewEvent[], query: Query): Promise<EventRow[]> {
    const values = [events.map((event) => event.tenantUid), events.map((event) => event.eventUid)];
    return (await query(this.#find, values)).rows;
  }

  async #runAlone(sql: string, values: unknown[]): Promise<Result> {
    const name = sql === this.#insertOne ? 'tillhook_emit' : 'tillhook_find_event';
    const { rows, rowCount } = await this.database.run<EventRow>(name, sql, values);
    return { rows, written: rowCount ?? 0 };
  }
}

/** The host's connection: TypeORM's structured result carries the count of rows. */
const hostQuery =
  (manager: EntityManager): Query =>
  async (sql, values) => {
    const { records, affected } = await manager.queryRunner!.query(sql, values, true);
    return { rows: records as EventRow[], written: affected ?? 0 };
  };

const transposed = (rows: unknown[][]): unknown[][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]));

const keyOf = (tenantUid: string, eventUid: string): string => `${tenantUid}/${eventUid}`;
