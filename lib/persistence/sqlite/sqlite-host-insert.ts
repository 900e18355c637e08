import { ForeignTransactionError, TransactionNotOpenError } from '../../errors/emit.errors.js';
import { SecondSqliteError } from '../../errors/start-up.errors.js';
import { eventChunks } from '../sql/event-chunks.js';
import { jsonOf, resultsOf } from '../sql/event-json.js';
import type { InsertedEvent, NewEvent } from '../ports/event-store.js';
import type { HostTransaction } from '../ports/host-transaction.js';
import type { StatementSteps } from '../sql/statement-steps.js';
import { markIn, READ_MARK } from './copy-mark.js';
import { loadedSqliteFiles } from './loaded-sqlite-files.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Returns the file that a connection leads to. */
const READ_FILES = 'PRAGMA database_list';

/** Stores events on SQLite in a transaction of the host, through the host's library. */
export class SqliteHostInsert {
  /** The `subject` of each connection or transaction that was found to use the module's file and copy of SQLite. */
  readonly #trusted = new WeakSet<object>();
  readonly #insert: string;
  readonly #find: string;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    const member = (name: string): string => `json_extract(value, '$.${name}')`;
    // It starts with WITH, because some libraries return no rows for a raw INSERT.
    this.#insert = `
      WITH input AS (SELECT key, value FROM json_each(?))
      INSERT INTO ${event} (tenant_uid, event_uid, action, ordering_key, body, occurred_at, traceparent)
        SELECT ${['tenant', 'event', 'action', 'key', 'body', 'occurred', 'trace'].map(member).join(', ')} FROM input
        WHERE true ORDER BY input.key
      ON CONFLICT (tenant_uid, event_uid) DO NOTHING
      RETURNING tenant_uid AS tenant, event_uid AS event`;
    this.#find = `
      SELECT tenant_uid AS tenant, event_uid AS event, body FROM ${event}
      WHERE (tenant_uid, event_uid) IN (SELECT ${member('tenant')}, ${member('event')} FROM json_each(?))`;
  }

  /**
   * @throws {TransactionNotOpenError} if the library reports that no transaction is open
   * @throws {ForeignTransactionError} if the transaction is in another file than the module's
   * @throws {SecondSqliteError} if it belongs to another copy of SQLite
   */
  *insert(events: readonly NewEvent[], transaction: HostTransaction): StatementSteps<InsertedEvent[]> {
    yield* this.identify(transaction);
    const results: InsertedEvent[] = [];
    for (const chunk of eventChunks(events)) {
      // The transaction of an asynchronous library may have ended since the last statement.
      if (transaction.isOpen() === false) throw new TransactionNotOpenError(transaction.kind);
      const json = jsonOf(chunk);
      const inserted = yield { sql: this.#insert, parameters: [json] };
      const existing = inserted.length === chunk.length ? [] : yield { sql: this.#find, parameters: [json] };
      results.push(...resultsOf(chunk, inserted, existing)!);
    }
    return results;
  }

  /**
   * Reads once which file and which copy of SQLite a connection of the host uses. These statements take no snapshot. A SELECT
   * would, and if another connection then wrote before the INSERT, the host's transaction would fail at once with
   * `SQLITE_BUSY_SNAPSHOT`, for which no busy time-out waits.
   *
   * @throws {ForeignTransactionError} if it uses another file than the module, unless the emitter has already checked that
   * @throws {SecondSqliteError} if it uses another copy of SQLite
   */
  *identify({ kind, subject, isVerified }: HostTransaction): StatementSteps<void> {
    if (this.#trusted.has(subject)) return;
    const before = this.database.copyMark;
    const files = yield { sql: READ_FILES, parameters: [] };
    const file = String(files.find(({ name }) => name === 'main')!['file']);
    const [row] = yield { sql: READ_MARK, parameters: [] };
    const mark = markIn(row!);
    if (!isVerified && file !== this.database.file)
      throw new ForeignTransactionError(kind, file, this.database.file);
    // Another thread may have marked the copy meanwhile.
    if (mark !== before && mark !== this.database.copyMark)
      throw new SecondSqliteError(`The ${kind} transaction passed to emit`, loadedSqliteFiles());
    this.#trusted.add(subject);
  }
}
