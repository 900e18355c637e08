import {
  DatabaseBusyError,
  DatabaseUnavailableError,
  PermissionDeniedError,
  TablesMissingError,
} from '../errors/database.errors.js';
import { DelayedLooks } from '../timing/delayed-looks.js';
import { isBusy, isPermissionDenied } from '../persistence/errors/driver-errors.js';
import type { EventStore, InsertedEvent, NewEvent } from '../persistence/ports/event-store.js';
import type { HostTransaction } from '../persistence/ports/host-transaction.js';
import { isTablesMissing } from '../persistence/errors/missing-tables.js';
import { isUnavailable } from '../persistence/errors/unavailable.js';

/**
 * Reports that events have been committed: to the fan-out of this process, or to the other processes if this one has no
 * fan-out. The signal is only a hint: if it is lost, the next work check (see `WorkCheck`) or poll finds the events.
 */
export class CommitSignal {
  #listener: (() => void) | undefined;
  readonly #looks = new DelayedLooks(() => this.committed());
  /** Transactions to which the callback was already passed. */
  readonly #expected = new WeakSet<object>();

  /**
   * Call this for a transaction that writes events. The listener is called after the commit. If the library of the
   * transaction does not report the commit, the listener is called several times within the next 250 ms instead.
   */
  expect(transaction: HostTransaction): void {
    const { subject, outlivesTransaction, afterCommit } = transaction;
    if (!afterCommit) return this.#looks.start();
    if (this.#expected.has(subject)) return;
    if (!outlivesTransaction) this.#expected.add(subject);
    afterCommit(this.committed);
  }

  readonly committed = (): void => {
    this.#listener?.();
  };

  /** @param listener replaces an earlier one */
  listen(listener: () => void): void {
    this.#listener = listener;
  }
}

/** An `EventStore` that sends the signal when its events are committed, and throws typed errors where the host can act on them. */
export class SignallingEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly signal: CommitSignal,
  ) {}

  async insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]> {
    const inserted = await this.store.insert(events, transaction).catch((error: unknown) => {
      // In the host's transaction, the host's settings decide how long to wait for a lock, so the driver's own error about a lock
      // is passed on.
      throw transaction ? typed(error) : typedBusy(error);
    });
    if (transaction) this.signal.expect(transaction);
    else this.signal.committed();
    return inserted;
  }

  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[] {
    let inserted: InsertedEvent[];
    try {
      inserted = this.store.insertSync(events, transaction);
    } catch (error) {
      throw typed(error);
    }
    this.signal.expect(transaction);
    return inserted;
  }
}

const typed = (error: unknown): unknown => {
  if (isTablesMissing(error)) return new TablesMissingError(error);
  if (isPermissionDenied(error)) return new PermissionDeniedError(error, 'emit');
  return isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
};

const typedBusy = (error: unknown): unknown => {
  if (!isBusy(error) || error instanceof DatabaseBusyError) return typed(error);
  return new DatabaseBusyError(
    'Another transaction holds a lock that the event needs, probably because that transaction emits the same eventUid. Nothing was written: emit again.',
    { cause: error },
  );
};
