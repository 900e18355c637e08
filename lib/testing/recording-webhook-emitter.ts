import { Inject, Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import type { DataSource } from 'typeorm';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import type { EmitInput, EmitManyOptions, EmitOptions, EmittedEvent } from '../emitter/emit-options.js';
import { WebhookEmitter } from '../emitter/webhook-emitter.js';
import { ManagerNotInTransactionError } from '../errors/manager-not-in-transaction.error.js';
import { CommitSignal } from '../persistence/commit-signal.js';
import type { HostTransaction } from '../persistence/host-transaction.js';
import { posCatalog, type PosCatalog } from '../pos/pos-catalog.js';
import { WEBHOOKS_OPTIONS } from '../webhooks.tokens.js';
import { RecordingStore, type RecordedEvent } from './recording-store.js';

/**
 * A `WebhookEmitter` that records events instead of writing them. Actions, uids, ordering keys and payloads are checked as by the
 * real one. A manager must be in an open transaction; one that is no `EntityManager` (a double of your own) is accepted.
 *
 * What is emitted in a transaction is recorded at once and stays recorded if the transaction is rolled back. To test that, use the
 * real module with `deliverAll`.
 *
 * ```ts
 * const webhooks = new RecordingWebhookEmitter();
 * await new OrdersService(webhooks).settle('700');
 * expect(webhooks).toHaveEmitted('ORDER_SETTLED', { order: { Uid: '700' } });
 * ```
 */
@Injectable()
export class RecordingWebhookEmitter<
  Catalog extends ActionCatalog = PosCatalog,
> extends WebhookEmitter<Catalog> {
  readonly #store: RecordingStore;

  /** @param options the catalog of the actions (default `posCatalog`), and whether an emit without a transaction is refused */
  constructor(
    @Inject(WEBHOOKS_OPTIONS)
    options: { readonly catalog: Catalog; readonly requireTransaction?: boolean } = {
      catalog: posCatalog as unknown as Catalog,
    },
  ) {
    const store = new RecordingStore();
    const { catalog, requireTransaction = false } = options;
    // The real emitter uses the host's data source only to check managers, which are checked here.
    super(store, { catalog, requireTransaction }, undefined as unknown as DataSource, new CommitSignal());
    this.#store = store;
  }

  /** What was emitted so far, in order. A copy. */
  get events(): RecordedEvent[] {
    return this.#store.events;
  }

  /** The events of one action, in order, with its payload's type. */
  eventsOf<Action extends ActionOf<Catalog>>(
    action: Action,
  ): RecordedEvent<Action, DataOf<Catalog, Action>>[] {
    const events: RecordedEvent<string, unknown>[] = this.events.filter((event) => event.action === action);
    return events as RecordedEvent<Action, DataOf<Catalog, Action>>[];
  }

  /** Forgets all events, between two tests for instance. */
  clear(): void {
    this.#store.clear();
  }

  override async emit<Action extends ActionOf<Catalog>, Data extends DataOf<Catalog, Action>>(
    action: Action,
    data: Data,
    options: EmitOptions,
  ): Promise<EmittedEvent> {
    return super.emit(action, data, withStandIn(options));
  }

  override async emitMany<Event extends EmitInput<Catalog>>(
    events: readonly Event[],
    options: EmitManyOptions,
  ): Promise<EmittedEvent[]> {
    return super.emitMany(events, withStandIn(options));
  }
}

/**
 * Options with a stand-in for the transaction of a manager. All else is checked by the real emitter.
 *
 * @throws {ManagerNotInTransactionError}
 */
function withStandIn<Options extends EmitManyOptions>(options: Options): Options {
  // A caller in JavaScript may pass no options at all.
  const { manager, transaction } = (options ?? {}) as EmitManyOptions;
  if (manager === undefined || transaction !== undefined) return options;
  if (manager instanceof EntityManager && manager.queryRunner?.isTransactionActive !== true)
    throw new ManagerNotInTransactionError();
  return { ...options, manager: undefined, transaction: standIn(manager) };
}

const standIn = (manager: EntityManager): HostTransaction => ({
  kind: 'TypeORM',
  subject: manager,
  isOpen: () => undefined,
  run: () => Promise.resolve({ rows: [] }),
});
