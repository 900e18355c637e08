import { Inject, Injectable } from '@nestjs/common';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import { EventConflictError } from '../errors/emit.errors.js';
import { CommitSignal } from './commit-signal.js';
import { EVENT_STORE, type EventStore, type InsertedEvent } from '../persistence/ports/event-store.js';
import { directUrlOf, type HostDataSource } from '../persistence/connection/host-data-source.js';
import type { RegisteredCatalog } from '../pos/register.js';
import { HOST_DATA_SOURCE, WEBHOOKS_OPTIONS } from '../webhooks.tokens.js';
import type {
  EmitInput,
  EmitManyOptions,
  EmitOptions,
  EmitSyncOptions,
  EmittedEvent,
} from './emit-options.js';
import { EventFactory } from './event-factory.js';
import { HostTransactions } from './host-transactions.js';
import { checkEvent, checkOptions, EMIT_MANY_OPTIONS, EMIT_OPTIONS } from './known-options.js';
import { uniqueEvents } from './unique-events.js';

/**
 * Emits events. Inject it, and emit inside the transaction that makes the change:
 *
 * ```ts
 * await this.dataSource.transaction(async (manager) => {
 *   await manager.save(order);
 *   await this.webhooks.emit('ORDER_SETTLED', { store: { Uid: '70' }, order: { Uid: order.uid } }, { tenantUid, manager });
 * });
 * ```
 *
 * The compiler checks actions and payloads against the catalog that the host has registered in `Register`, or against
 * `posCatalog` if it has registered none. `WebhookEmitter<typeof other>` uses another catalog, and
 * `WebhookEmitter<ActionCatalog>` accepts any action and object. Both are still checked at run time.
 */
@Injectable()
export class WebhookEmitter<Catalog extends ActionCatalog = RegisteredCatalog> {
  readonly #events: EventFactory;
  readonly #transactions: HostTransactions;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(WEBHOOKS_OPTIONS)
    options: {
      readonly catalog: ActionCatalog;
      readonly database?: { readonly url: string | undefined };
      readonly requireTransaction?: boolean;
    },
    @Inject(HOST_DATA_SOURCE) hostDataSource: HostDataSource,
    private readonly signal: CommitSignal,
  ) {
    this.#events = new EventFactory(options.catalog);
    this.#transactions = new HostTransactions(hostDataSource, {
      directUrl: directUrlOf(hostDataSource, options.database?.url),
      isRequired: options.requireTransaction ?? false,
    });
  }

  /**
   * Emits one event with one INSERT, in the host's transaction if its `manager` or `transaction` is given.
   *
   * @param data the payload: the members of the action's type, and any other JSON members except `action`
   * @returns the event's uid; if this `eventUid` was emitted before with the same body, the uid of the existing event
   * @throws {WebhooksError} with one of these codes, before anything is written and with the transaction still usable:
   *   `UNKNOWN_ACTION`, `INVALID_EMIT_OPTION`, `INVALID_TENANT_UID`, `INVALID_EVENT_UID`, `INVALID_ORDERING_KEY`,
   *   `INVALID_OCCURRED_AT`, `PAYLOAD_INVALID`, `PAYLOAD_TOO_LARGE`, `TRANSACTION_REQUIRED`, `TRANSACTION_NOT_OPEN`,
   *   `FOREIGN_TRANSACTION`, `MANAGER_NOT_IN_TRANSACTION`, `FOREIGN_MANAGER`, `SECOND_SQLITE`, `EVENT_UID_CONFLICT`. Errors
   *   of the database are `DATABASE_UNAVAILABLE`, `DATABASE_BUSY`, `TABLES_MISSING` and `PERMISSION_DENIED`; on PostgreSQL
   *   the transaction must then be rolled back.
   */
  async emit<Action extends ActionOf<Catalog>, Data extends DataOf<Catalog, Action>>(
    action: Action,
    data: Data,
    options: EmitOptions,
  ): Promise<EmittedEvent> {
    checkOptions(options, EMIT_OPTIONS);
    const transaction = this.#transactions.of(options);
    const event = this.#events.create(options.tenantUid, action, data, options);
    refuseConflicts(await this.store.insert([event], transaction));
    return { eventUid: event.eventUid };
  }

  /**
   * Like `emit`, for libraries whose transactions are synchronous (better-sqlite3, and Drizzle on it): when it returns, the
   * event has been written. `emit` would report an error only after such a transaction has committed.
   *
   * @throws {WebhooksError} as `emit` does; `INVALID_EMIT_OPTION` also if the transaction is not a synchronous one
   */
  emitSync<Action extends ActionOf<Catalog>, Data extends DataOf<Catalog, Action>>(
    action: Action,
    data: Data,
    options: EmitSyncOptions,
  ): EmittedEvent {
    checkOptions(options, EMIT_OPTIONS);
    const transaction = this.#transactions.synchronous(options);
    const event = this.#events.create(options.tenantUid, action, data, options);
    refuseConflicts(this.store.insertSync([event], transaction));
    return { eventUid: event.eventUid };
  }

  /**
   * Starts the delivery of committed events at once. If the library of your transactions does not report commits (Prisma,
   * Drizzle, Kysely, plain drivers), call it after the commit. Without the call, the module looks for committed events several
   * times within about 250 ms after the last emit. If the transaction commits later, delivery starts within about a second by
   * default. The call is only a hint: it does nothing if nothing was committed, returns at once and never throws. `wakeAfter`
   * makes it for you.
   */
  afterCommit(): void {
    this.signal.committed();
  }

  /**
   * Runs `work`, which commits a transaction of a library without commit hooks, and then calls `afterCommit`. If `work`
   * throws or rejects, `afterCommit` is not called, and the error is passed on.
   *
   * ```ts
   * const order = await this.webhooks.wakeAfter(() => this.prisma.$transaction(async (tx) => { … }));
   * ```
   *
   * @param work called once, immediately. It must not return (or resolve) before the transaction has ended
   * @returns the result of `work`: a promise, or the value itself if `work` is synchronous
   */
  wakeAfter<Result>(work: () => PromiseLike<Result>): Promise<Result>;
  wakeAfter<Result>(work: () => Result): Result;
  wakeAfter<Result>(work: () => Result | PromiseLike<Result>): Result | Promise<Result> {
    const result = work();
    if (!isPromiseLike(result)) {
      this.afterCommit();
      return result;
    }
    return Promise.resolve(result).then((value) => {
      this.afterCommit();
      return value;
    });
  }

  /**
   * Emits many events of one tenant together, in their order. All are checked before any is written. If the same `eventUid`
   * occurs twice with the same body, it counts as one event.
   *
   * @returns the uids in the order of `events`
   * @throws {WebhooksError} as `emit` does. If an event conflicts with one that was emitted earlier (`EVENT_UID_CONFLICT`),
   *   none of `events` is stored. Exception: in your own transaction the other events are stored unless you roll it back.
   */
  async emitMany<Event extends EmitInput<Catalog>>(
    events: readonly Event[],
    options: EmitManyOptions,
  ): Promise<EmittedEvent[]> {
    checkOptions(options, EMIT_MANY_OPTIONS);
    const transaction = this.#transactions.of(options);
    const created = events.map((event, index) => {
      checkEvent(event, index);
      return this.#events.create(options.tenantUid, event.action, event.data, event);
    });
    if (created.length > 0) refuseConflicts(await this.store.insert(uniqueEvents(created), transaction));
    return created.map(({ eventUid }) => ({ eventUid }));
  }
}

/** Checks the shape, because libraries have their own classes of promises. */
const isPromiseLike = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** @throws {EventConflictError} */
function refuseConflicts(inserted: readonly InsertedEvent[]): void {
  for (const { eventUid, duplicate } of inserted) {
    if (duplicate === 'different') throw new EventConflictError(eventUid);
  }
}
