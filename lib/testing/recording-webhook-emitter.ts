import { Inject, Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import type { DataSource } from 'typeorm';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import type { EmitInput, EmitManyOptions, EmitOptions, EmittedEvent } from '../emitter/emit-options.js';
import { WebhookEmitter } from '../emitter/webhook-emitter.js';
import { ManagerNotInTransactionError } from '../errors/emit.errors.js';
import { CommitSignal } from '../emitter/commit-signal.js';
import type { HostTransaction } from '../persistence/ports/host-transaction.js';
import { posCatalog } from '../pos/pos-catalog.js';
import type { RegisteredCatalog } from '../pos/register.js';
import { WEBHOOKS_OPTIONS } from '../webhooks.tokens.js';
import { RecordingStore, type RecordedEvent } from './recording-store.js';

/**
 * A `WebhookEmitter` that records events instead of writing them. It checks actions, uids, ordering keys and payloads like
 * the real emitter. An `EntityManager` must be in an open transaction; a test double of your own is accepted as it is.
 *
 * An event in a transaction is recorded at once, and stays recorded even if the transaction is rolled back. To test
 * rollbacks, use the real module with `deliverAll`.
 *
 * ```ts
 * const webhooks = new RecordingWebhookEmitter();
 * await new OrdersService(webhooks).settle('700');
 * expect(webhooks).toHaveEmitted('ORDER_SETTLED', { order: { Uid: '700' } });
 * ```
 */
@Injectable()
export class RecordingWebhookEmitter<
  Catalog extends ActionCatalog = RegisteredCatalog,
> extends WebhookEmitter<Catalog> {
  readonly #store: RecordingStore;

  /**
   * @param options the catalog of the actions (default `posCatalog`: pass yours if you have registered one), and whether an
   *   emit without a transaction is rejected
   */
  constructor(
    @Inject(WEBHOOKS_OPTIONS)
    options: { readonly catalog: Catalog; readonly requireTransaction?: boolean } = {
      catalog: posCatalog as unknown as Catalog,
    },
  ) {
    const store = new RecordingStore();
    const { catalog, requireTransaction = false } = options;
    // The real emitter uses the host's data source only to check managers. This class checks them itself.
    super(store, { catalog, requireTransaction }, undefined as unknown as DataSource, new CommitSignal());
    this.#store = store;
  }

  /** The events that were emitted so far, in order. The array is a copy. */
  get events(): RecordedEvent[] {
    return this.#store.events;
  }

  /** The events of one action, in order, with the type of its payload. */
  eventsOf<Action extends ActionOf<Catalog>>(
    action: Action,
  ): RecordedEvent<Action, DataOf<Catalog, Action>>[] {
    const events: RecordedEvent<string, unknown>[] = this.events.filter((event) => event.action === action);
    return events as RecordedEvent<Action, DataOf<Catalog, Action>>[];
  }

  /** Deletes all recorded events, for example between two tests. */
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
 * Replaces the manager in the options by a stand-in for its transaction. The real emitter checks everything else.
 *
 * @throws {ManagerNotInTransactionError}
 */
function withStandIn<Options extends EmitManyOptions>(options: Options): Options {
  // A caller in JavaScript may omit the options.
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
