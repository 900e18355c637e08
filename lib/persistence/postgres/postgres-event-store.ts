import { ForeignTransactionError } from '../../errors/emit.errors.js';
import { allOrNothing } from '../sql/all-or-nothing.js';
import { eventChunks } from '../sql/event-chunks.js';
import { isSameBody, rowsOf } from '../sql/event-rows.js';
import type { EventStore, InsertedEvent, NewEvent } from '../ports/event-store.js';
import type { HostTransaction } from '../ports/host-transaction.js';
import { runSteps, runStepsSync } from '../sql/statement-steps.js';
import type { PostgresDatabase } from './postgres-database.js';
import { PostgresHostInsert } from './postgres-host-insert.js';

interface EventRow {
  tenant_uid: string;
  event_uid: string;
  body?: string;
}

/** The result of a statement: its rows, and the number of rows that it wrote. */
interface Result {
  rows: EventRow[];
  written: number;
}

/** A statement. Outside of an explicit transaction, it is prepared by its name. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

type Query = (statement: NamedText, values: unknown[]) => Promise<Result>;

interface Sql {
  readonly insertOne: NamedText;
  readonly insertMany: NamedText;
  readonly find: NamedText;
}

/** Stores events on PostgreSQL with one INSERT for each part of a batch (see `eventChunks`); a trigger fills the outbox. */
export class PostgresEventStore implements EventStore {
  readonly #own: Sql;
  /** Texts by the name of the table, whose schema may change at run time. */
  readonly #ofHost = new Map<string, Sql>();
  readonly #hostInsert: PostgresHostInsert;

  constructor(private readonly database: PostgresDatabase) {
    this.#own = sqlFor(database.table('webhook_event'));
    this.#hostInsert = new PostgresHostInsert(database);
  }

  async insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]> {
    if (transaction?.isVerified) return this.#insertWith(events, hostQuery(transaction), this.#sqlOfHost());
    if (transaction) return this.#insertUnverified(events, transaction);
    if (events.length === 1)
      return this.#insertWith(events, (statement, values) => this.#runAlone(statement, values));
    return allOrNothing((settle) =>
      this.database.transaction(async (client) => {
        const query: Query = async ({ text }, values) => {
          const { rows, rowCount } = await client.query<EventRow>(text, values);
          return { rows, written: rowCount ?? 0 };
        };
        return settle(await this.#insertWith(events, query));
      }),
    );
  }

  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[] {
    return runStepsSync(this.#hostInsert.insert(events, transaction), transaction);
  }

  async #insertUnverified(
    events: readonly NewEvent[],
    transaction: HostTransaction,
  ): Promise<InsertedEvent[]> {
    try {
      return await runSteps(this.#hostInsert.insert(events, transaction), transaction);
    } catch (error) {
      if (!(error instanceof ForeignTransactionError)) throw error;
      // A restart or a failover changes the identity of the database, so the known one may be outdated.
      await this.database.measureClock();
      return runSteps(this.#hostInsert.insert(events, transaction), transaction);
    }
  }

  #sqlOfHost(): Sql {
    const table = this.database.hostTable('webhook_event');
    const known = this.#ofHost.get(table);
    if (known) return known;
    const sql = sqlFor(table);
    this.#ofHost.set(table, sql);
    return sql;
  }

  async #insertWith(events: readonly NewEvent[], query: Query, sql = this.#own): Promise<InsertedEvent[]> {
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      const duplicates = await this.#insertChunk(chunk, query, sql);
      const existing = duplicates.length === 0 ? [] : await this.#findAll(duplicates, query, sql);
      const bodies = new Map(existing.map((row) => [keyOf(row.tenant_uid, row.event_uid), row.body]));
      for (const { tenantUid, eventUid, body } of chunk) {
        const known = bodies.get(keyOf(tenantUid, eventUid));
        results.push({
          eventUid,
          duplicate: known === undefined ? 'none' : isSameBody(known, body) ? 'same' : 'different',
        });
      }
    }
    return results;
  }

  /** @returns the events that existed before */
  async #insertChunk(chunk: readonly NewEvent[], query: Query, sql: Sql): Promise<readonly NewEvent[]> {
    if (chunk.length === 1) {
      const { written } = await query(sql.insertOne, rowsOf(chunk)[0]!);
      return written === 1 ? [] : chunk;
    }
    const { rows } = await query(sql.insertMany, transposed(rowsOf(chunk)));
    if (rows.length === chunk.length) return [];
    const inserted = new Set(rows.map((row) => keyOf(row.tenant_uid, row.event_uid)));
    return chunk.filter(({ tenantUid, eventUid }) => !inserted.has(keyOf(tenantUid, eventUid)));
  }

  async #findAll(events: readonly NewEvent[], query: Query, sql: Sql): Promise<EventRow[]> {
    const values = [events.map((event) => event.tenantUid), events.map((event) => event.eventUid)];
    return (await query(sql.find, values)).rows;
  }

  async #runAlone({ name, text }: NamedText, values: unknown[]): Promise<Result> {
    const { rows, rowCount } = await this.database.run<EventRow>(name, text, values);
    return { rows, written: rowCount ?? 0 };
  }
}

function sqlFor(event: string): Sql {
  const inserting = (source: string): string => `
    INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent) ${source}
    ON CONFLICT (tenant_uid, event_uid) DO NOTHING`;
  return {
    // For one event the number of rows is enough, so no row is returned and parsed.
    insertOne: { name: 'tillhook_emit', text: inserting('VALUES ($1, $2, $3, $4, $5, $6, $7)') },
    insertMany: {
      name: 'tillhook_emit_many',
      text: `${inserting(`
      SELECT tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) WITH ORDINALITY
           AS input (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent, position)
      ORDER BY position`)} RETURNING tenant_uid, event_uid`,
    },
    find: {
      name: 'tillhook_find_event',
      text: `
      SELECT tenant_uid, event_uid, body FROM ${event}
      WHERE (tenant_uid, event_uid) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    },
  };
}

/** The host's connection, through a library that reports the number of rows. */
const hostQuery =
  (transaction: HostTransaction): Query =>
  async ({ text }, values) => {
    const { rows, affected } = await transaction.run(text, values);
    return { rows: rows as unknown as EventRow[], written: affected ?? 0 };
  };

const transposed = (rows: unknown[][]): unknown[][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]));

const keyOf = (tenantUid: string, eventUid: string): string => `${tenantUid}/${eventUid}`;
