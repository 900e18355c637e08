import type { HostTransaction } from './host-transaction.js';

/** An event as it is to be written: everything in it has been validated. */
export interface NewEvent {
  readonly tenantUid: string;
  /** Unique within the tenant; becomes `webhook-id`. */
  readonly eventUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** The exact text that will be signed and sent. */
  readonly body: string;
  /** Milliseconds since the epoch; null: the event's `created_at` says it. */
  readonly occurredAt: number | null;
}

/** What became of a `NewEvent`. */
export interface InsertedEvent {
  readonly eventUid: string;
  /**
   * `none`: written now. `same`: the tenant had this `eventUid` with this very body, nothing was written.
   * `different`: it had the `eventUid` with another body, nothing was written for it.
   */
  readonly duplicate: 'none' | 'same' | 'different';
}

/** How events enter the outbox: the port between the emitter and the database. */
export interface EventStore {
  /**
   * Writes the events in one statement (more only where a database limits its parameters), and tells about each
   * in the order given. A duplicate never fails the statement, so that the host's transaction stays usable.
   *
   * @param events each `eventUid` at most once; may be empty
   * @param transaction an open transaction of the host, which then decides whether the events exist; without it they are
   *   written and committed on the module's own connection
   * @throws {TransactionNotOpenError} {ForeignTransactionError} if the transaction was not verified, and is not usable
   */
  insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]>;

  /**
   * As `insert`, in a transaction that is synchronous.
   *
   * @param transaction one with `runSync`
   */
  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[];
}

/** Injection token of the `EventStore`. A string, so that both builds in one process agree. */
export const EVENT_STORE = 'nestjs-tillhook:EventStore';
