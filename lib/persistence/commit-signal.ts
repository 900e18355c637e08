import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { DatabaseBusyError } from '../errors/database-busy.error.js';
import { DatabaseUnavailableError } from '../errors/database-unavailable.error.js';
import { TablesMissingError } from '../errors/tables-missing.error.js';
import { isBusy } from './driver-errors.js';
import type { EventStore, InsertedEvent, NewEvent } from './event-store.js';
import { isTablesMissing } from './missing-tables.js';
import { isUnavailable } from './unavailable.js';

/**
 * Tells this process's fan-out that events have been committed, so that it need not wait for its poll. Only a hint:
 * events of other processes, and any signal that is missed, are found by polling.
 */
export class CommitSignal {
  readonly #emitting = new WeakSet<QueryRunner>();
  #listener: (() => void) | undefined;

  /** @param host the host's data source, whose commits are watched */
  constructor(host: DataSource) {
    host.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => {
        // Fires for a released savepoint too; then the transaction is still open.
        if (queryRunner.isTransactionActive || !this.#emitting.delete(queryRunner)) return;
        this.committed();
      },
      afterTransactionRollback: ({ queryRunner }) => {
        if (!queryRunner.isTransactionActive) this.#emitting.delete(queryRunner);
      },
    });
  }

  /** The transaction of this query runner will commit events. */
  expect(queryRunner: QueryRunner): void {
    this.#emitting.add(queryRunner);
  }

  committed(): void {
    this.#listener?.();
  }

  /** There is one listener: the worker of this process. */
  listen(listener: () => void): void {
    this.#listener = listener;
  }
}

/** An `EventStore` that gives the signal when its events are committed, and throws typed errors for what a host can act on. */
export class SignallingEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly signal: CommitSignal,
  ) {}

  async insert(events: readonly NewEvent[], manager?: EntityManager): Promise<InsertedEvent[]> {
    const inserted = await this.store.insert(events, manager).catch((error: unknown) => {
      // In the host's transaction the settings of the host decide how long to wait, and its own error says so.
      throw manager ? typed(error) : typedBusy(error);
    });
    if (manager?.queryRunner) this.signal.expect(manager.queryRunner);
    else this.signal.committed();
    return inserted;
  }
}

const typed = (error: unknown): unknown => {
  if (isTablesMissing(error)) return new TablesMissingError(error);
  return isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
};

const typedBusy = (error: unknown): unknown => {
  if (!isBusy(error) || error instanceof DatabaseBusyError) return typed(error);
  return new DatabaseBusyError(
    'Another transaction holds a lock that the event needs, probably by emitting the same eventUid. Nothing was written: emit again.',
    { cause: error },
  );
};
