import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import { EventConflictError } from '../errors/event-conflict.error.js';
import { EVENT_STORE, type EventStore, type NewEvent } from '../persistence/event-store.js';
import type { RegisteredCatalog } from '../pos/register.js';
import { HOST_DATA_SOURCE, WEBHOOKS_OPTIONS } from '../webhooks.tokens.js';
import type { EmitInput, EmitManyOptions, EmitOptions, EmittedEvent } from './emit-options.js';
import { EventFactory } from './event-factory.js';
import { ManagerGuard } from './manager-guard.js';
import { uniqueEvents } from './unique-events.js';

/**
 * How a host says that something happened. Inject it, and emit inside the transaction that makes it so:
 *
 * ```ts
 * await this.dataSource.transaction(async (manager) => {
 *   await manager.save(order);
 *   await this.webhooks.emit('ORDER_SETTLED', { store: { Uid: '70' }, order: { Uid: order.uid } }, { tenantUid, manager });
 * });
 * ```
 *
 * The compiler checks actions and payloads against the catalog that the host names once, in `Register`; without it, against
 * `posCatalog`. `WebhookEmitter<typeof other>` names another catalog, and `WebhookEmitter<ActionCatalog>` takes any action
 * and object; both are still checked when they are emitted.
 */
@Injectable()
export class WebhookEmitter<Catalog extends ActionCatalog = RegisteredCatalog> {
  readonly #events: EventFactory;
  readonly #managers: ManagerGuard;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(WEBHOOKS_OPTIONS)
    options: { readonly catalog: ActionCatalog; readonly database?: { readonly url: string | undefined } },
    @Inject(HOST_DATA_SOURCE) hostDataSource: DataSource,
  ) {
    this.#events = new EventFactory(options.catalog);
    this.#managers = new ManagerGuard(hostDataSource, options.database?.url);
  }

  /**
   * Emits one event: one INSERT, in the host's transaction when its `manager` is given.
   *
   * @param data the payload; beyond its type it may have any further JSON, but no member `action`
   * @returns the event's uid; that of the existing event when this `eventUid` was emitted before with the same body
   * @throws {WebhooksError} before anything is written, and leaving the transaction usable: `UNKNOWN_ACTION`,
   *   `INVALID_TENANT_UID`, `INVALID_EVENT_UID`, `INVALID_ORDERING_KEY`, `INVALID_OCCURRED_AT`, `PAYLOAD_INVALID`,
   *   `PAYLOAD_TOO_LARGE`, `MANAGER_NOT_IN_TRANSACTION`, `FOREIGN_MANAGER`, `EVENT_UID_CONFLICT`. Errors of the database are
   *   `DATABASE_UNAVAILABLE`, `DATABASE_BUSY` and `TABLES_MISSING`; on PostgreSQL the transaction then has to be rolled back.
   */
  async emit<Action extends ActionOf<Catalog>, Data extends DataOf<Catalog, Action>>(
    action: Action,
    data: Data,
    options: EmitOptions,
  ): Promise<EmittedEvent> {
    if (options.manager) this.#managers.check(options.manager);
    const event = this.#events.create(options.tenantUid, action, data, options);
    await this.#write([event], options.manager);
    return { eventUid: event.eventUid };
  }

  /**
   * Emits many events of one tenant in one go, in their order. All are checked before any is written. The same
   * `eventUid` twice with the same body counts as one event.
   *
   * @returns the uids in the order of `events`
   * @throws {WebhooksError} as `emit` does. After an `EVENT_UID_CONFLICT` with an event emitted
   *   earlier, none of `events` exists; with a manager, the others do unless you roll back.
   */
  async emitMany<Event extends EmitInput<Catalog>>(
    events: readonly Event[],
    options: EmitManyOptions,
  ): Promise<EmittedEvent[]> {
    if (options.manager) this.#managers.check(options.manager);
    const created = events.map((event) =>
      this.#events.create(options.tenantUid, event.action, event.data, event),
    );
    if (created.length > 0) await this.#write(uniqueEvents(created), options.manager);
    return created.map(({ eventUid }) => ({ eventUid }));
  }

  async #write(events: readonly NewEvent[], manager: EntityManager | undefined): Promise<void> {
    for (const { eventUid, duplicate } of await this.store.insert(events, manager)) {
      if (duplicate === 'different') throw new EventConflictError(eventUid);
    }
  }
}
