import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { TablesMissingError } from '../errors/tables-missing.error.js';
import { isTablesMissing } from './missing-tables.js';
import { asUnavailable } from './unavailable.js';
import type { EventStore, InsertedEvent, NewEvent } from './event-store.js';

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
    const inserted = await this.store.insert(events, manager).catch(asTyped);
    if (manager?.queryRunner) this.signal.expect(manager.queryRunner);
    else this.signal.committed();
    return inserted;
  }
}

function asTyped(error: unknown): never {
  if (isTablesMissing(error)) throw new TablesMissingError(error);
  return asUnavailable(error);
}
