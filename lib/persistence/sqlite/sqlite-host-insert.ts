import { ForeignTransactionError } from '../../errors/foreign-transaction.error.js';
import { SecondSqliteError } from '../../errors/second-sqlite.error.js';
import { TransactionNotOpenError } from '../../errors/transaction-not-open.error.js';
import { eventChunks } from '../event-chunks.js';
import { jsonOf, resultsOf } from '../event-json.js';
import type { InsertedEvent, NewEvent } from '../event-store.js';
import type { HostTransaction } from '../host-transaction.js';
import type { StatementSteps } from '../statement-steps.js';
import { COPY_MARK } from './copy-mark.js';
import { loadedSqliteFiles } from './loaded-sqlite-files.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Which file a connection leads to, and which copy of SQLite it belongs to. */
const IDENTITY = `SELECT file, ${COPY_MARK} AS mark FROM pragma_database_list WHERE name = 'main'`;

/** How events enter on SQLite through the library of the host, which says whether its transaction is open. */
export class SqliteHostInsert {
  /** Transactions that were found to lead to the module's file. */
  readonly #trusted = new WeakSet<object>();
  readonly #insert: string;
  readonly #find: string;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    const member = (name: string): string => `json_extract(value, '$.${name}')`;
    // It starts with WITH, since libraries treat a raw INSERT as one that returns nothing.
    this.#insert = `
      WITH input AS (SELECT key, value FROM json_each(?))
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at)
        SELECT ${['tenant', 'event', 'action', 'key', 'body', 'occurred'].map(member).join(', ')} FROM input
        WHERE true ORDER BY input.key
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING
      RETURNING tenant_uid AS tenant, event_uid AS event`;
    this.#find = `
      SELECT tenant_uid AS tenant, event_uid AS event, body FROM ${event}
      WHERE (tenant_uid, event_uid) IN (SELECT ${member('tenant')}, ${member('event')} FROM json_each(?))`;
  }

  /**
   * @throws {TransactionNotOpenError} if the library says that no transaction is open
   * @throws {ForeignTransactionError} if it leads to another file than the module's
   * @throws {SecondSqliteError} if it runs on another copy of SQLite
   */
  *insert(events: readonly NewEvent[], transaction: HostTransaction): StatementSteps<InsertedEvent[]> {
    yield* this.identify(transaction);
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      // An asynchronous library may have ended the transaction since the last statement.
      if (transaction.isOpen() === false) throw new TransactionNotOpenError(transaction.kind);
      const json = jsonOf(chunk);
      const inserted = yield { sql: this.#insert, parameters: [json] };
      const existing = inserted.length === chunk.length ? [] : yield { sql: this.#find, parameters: [json] };
      results.push(...resultsOf(chunk, inserted, existing)!);
    }
    return results;
  }

  /**
   * Asks a connection of the host once which file and which copy of SQLite it uses.
   *
   * @throws {ForeignTransactionError} if it leads to another file than the module's, unless the emitter has checked that
   * @throws {SecondSqliteError} if it runs on another copy of SQLite
   */
  *identify({ kind, subject, isVerified }: HostTransaction): StatementSteps<void> {
    if (this.#trusted.has(subject)) return;
    const before = this.database.copyMark;
    const [row] = yield { sql: IDENTITY, parameters: [] };
    const { file, mark } = row as { file: string; mark: string };
    if (!isVerified && file !== this.database.file)
      throw new ForeignTransactionError(kind, file, this.database.file);
    // Another thread may have marked the copy just now.
    if (mark !== before && mark !== this.database.copyMark)
      throw new SecondSqliteError(`The ${kind} transaction passed to emit`, loadedSqliteFiles());
    this.#trusted.add(subject);
  }
}
