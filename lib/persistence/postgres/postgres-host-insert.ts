import { ForeignTransactionError, TransactionNotOpenError } from '../../errors/emit.errors.js';
import { eventChunks } from '../sql/event-chunks.js';
import { jsonOf, resultsOf } from '../sql/event-json.js';
import type { InsertedEvent, NewEvent } from '../ports/event-store.js';
import type { HostTransaction } from '../ports/host-transaction.js';
import type { StatementSteps } from '../sql/statement-steps.js';
import { DATABASE_IDENTITY, type PostgresDatabase } from './postgres-database.js';

const IDENTIFY = `SELECT pg_catalog.pg_current_xact_id()::text AS xid, ${DATABASE_IDENTITY} AS database`;

/**
 * Inserts events in a transaction of the host that the emitter has not verified (see `HostTransaction.isVerified`).
 *
 * Before the first event is written in a transaction, a statement reads the number of the transaction and the identity of the
 * database. The INSERT names that number and writes nothing in another transaction. It is therefore harmless if the library
 * runs statements outside of a transaction, if the transaction has ended, or if its connection now serves another client.
 */
export class PostgresHostInsert {
  /** Numbers of the transactions that were seen. PostgreSQL never reuses a number. */
  readonly #known = new WeakMap<object, string>();

  constructor(private readonly database: PostgresDatabase) {}

  /**
   * @throws {TransactionNotOpenError} if no transaction is open, or if another one than before is open and
   *   `outlivesTransaction` is not set
   * @throws {ForeignTransactionError} if the transaction is in another database than the module's
   */
  *insert(events: readonly NewEvent[], transaction: HostTransaction): StatementSteps<InsertedEvent[]> {
    const { subject, outlivesTransaction = false } = transaction;
    const known = this.#known.get(subject);
    let xid = known ?? (yield* this.#identify(transaction));
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      let inserted = yield* this.#insertChunk(chunk, xid);
      // The client was seen in an earlier transaction and is now in a new one.
      if (!inserted && outlivesTransaction && xid === known) {
        xid = yield* this.#identify(transaction);
        inserted = yield* this.#insertChunk(chunk, xid);
      }
      if (!inserted) throw new TransactionNotOpenError(transaction.kind);
      results.push(...inserted);
    }
    return results;
  }

  *#identify({ kind, subject }: HostTransaction): StatementSteps<string> {
    const [row] = yield { sql: IDENTIFY, parameters: [] };
    const { xid, database } = row as { xid: string; database: string };
    if (database !== this.database.identity)
      throw new ForeignTransactionError(kind, database, this.database.identity);
    this.#known.set(subject, xid);
    return xid;
  }

  /** @returns undefined if the transaction is not the one with this number */
  *#insertChunk(chunk: readonly NewEvent[], xid: string): StatementSteps<InsertedEvent[] | undefined> {
    const event = this.database.hostTable('webhook_event');
    const json = jsonOf(chunk);
    // It starts with WITH, because some libraries return no rows for a raw INSERT.
    const inserted = yield {
      sql: `
        WITH input AS (
          SELECT event, position
          FROM pg_catalog.json_array_elements($1::text::json) WITH ORDINALITY AS elements (event, position)
          WHERE pg_catalog.pg_current_xact_id()::text = $2::text
        )
        INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent)
          SELECT event->>'tenant', event->>'event', event->>'action', event->>'key', event->>'body', (event->>'occurred')::bigint,
                 event->>'trace'
          FROM input ORDER BY position
        ON CONFLICT (tenant_uid, event_uid) DO NOTHING
        RETURNING tenant_uid AS tenant, event_uid AS event`,
      parameters: [json, xid],
    };
    if (inserted.length === chunk.length) return resultsOf(chunk, inserted, []);
    const existing = yield {
      sql: `
        SELECT tenant_uid AS tenant, event_uid AS event, body FROM ${event}
        WHERE pg_catalog.pg_current_xact_id()::text = $1::text
          AND (tenant_uid, event_uid) IN (
            SELECT event->>'tenant', event->>'event' FROM pg_catalog.json_array_elements($2::text::json) AS elements (event)
          )`,
      parameters: [xid, json],
    };
    return resultsOf(chunk, inserted, existing);
  }
}
