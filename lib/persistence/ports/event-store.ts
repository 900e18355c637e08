import type { HostTransaction } from './host-transaction.js';

/** An event that is ready to be written: all of its values have been validated. */
export interface NewEvent {
  readonly tenantUid: string;
  /** Unique within the tenant; becomes `webhook-id`. */
  readonly eventUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** W3C trace context of the emit, at most 55 characters. Default: none. */
  readonly traceparent?: string | undefined;
  /** The exact text that will be signed and sent. */
  readonly body: string;
  /** Milliseconds since the epoch; null: the same as the event's `created_at`. */
  readonly occurredAt: number | null;
}

/** The result of writing a `NewEvent`. */
export interface InsertedEvent {
  readonly eventUid: string;
  /**
   * `none`: the tenant did not have this `eventUid`. `same`: it had the `eventUid` with the same body, or with a body that was
   * erased since; nothing was written for this event. `different`: it had the `eventUid` with another body; nothing was
   * written for this event.
   */
  readonly duplicate: 'none' | 'same' | 'different';
}

/** How events enter the outbox: the interface between the emitter and the database. */
export interface EventStore {
  /**
   * Writes the events in one transaction, in one or more statements, and returns one result for each event, in the given
   * order. A duplicate never fails a statement, so the host's transaction stays usable.
   *
   * @param events each `eventUid` at most once; may be empty
   * @param transaction an open transaction of the host, which then decides whether the events exist. Without it, they are
   *   written and committed on the module's own connection; if one of them is `different`, none is written
   * @throws {TransactionNotOpenError} {ForeignTransactionError} if the emitter has not verified the transaction
   *   (`isVerified`), and it is not open or is in another database than the module's
   */
  insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]>;

  /**
   * Like `insert`, in a synchronous transaction.
   *
   * @param transaction must have `runSync`
   */
  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[];
}

/** Injection token of the `EventStore`. A string, so that the ESM and CommonJS builds in one process agree. */
export const EVENT_STORE = 'nestjs-tillhook:EventStore';
