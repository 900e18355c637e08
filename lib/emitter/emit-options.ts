import type { EntityManager } from 'typeorm';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import type { HostTransaction } from '../persistence/host-transaction.js';
import type { IsTransactionRequired, RegisteredCatalog } from '../pos/register.js';

/** To whom an event belongs. */
export interface TenantOption {
  /** The tenant's uid: 1 to 64 of A-Z, a-z, 0-9 and `_ - . : | @`, but not `.` or `..` alone. */
  tenantUid: string;
}

/** In which transaction events are written. */
export interface TransactionOptions {
  /**
   * The TypeORM manager of the host's open transaction: the events exist if and only if it commits. Without it (and without
   * `transaction`) they are written and committed at once, on the module's own connection.
   */
  manager?: EntityManager | undefined;
  /**
   * The open transaction of another library, as its adapter makes it: `fromKnex(trx)` of `nestjs-tillhook/knex`, and so on. The
   * events exist if and only if it commits. Not together with `manager`.
   */
  transaction?: HostTransaction | undefined;
}

/** As `TransactionOptions`, where one of the two has to be given. */
export type RequiredTransactionOptions =
  { manager: EntityManager; transaction?: undefined } | { transaction: HostTransaction; manager?: undefined };

/**
 * Options of `emitMany`. If the host has registered `requireTransaction: true` in `Register`, one of `manager` and `transaction`
 * has to be given.
 */
export type EmitManyOptions = TenantOption &
  (IsTransactionRequired extends true ? RequiredTransactionOptions : TransactionOptions);

/** What an event may say of itself. */
export interface EventOptions {
  /**
   * A uid of the caller's own, 1 to 64 of A-Z, a-z, 0-9, `_` and `-`; it becomes `webhook-id`. Emitting it again with
   * the same body does nothing, so that a repeated call is safe. Default: a UUIDv7.
   */
  eventUid?: string | undefined;
  /** Events of a tenant that share it reach an `ordered` webhook in emit order. 1 to 255 characters. Default: none. */
  orderingKey?: string | undefined;
  /** When it happened, to the millisecond. Default: now, on the database's clock. */
  occurredAt?: Date | undefined;
}

/** Options of `emit`: those of `emitMany`, and what the event says of itself. */
export type EmitOptions = EmitManyOptions & EventOptions;

/** Options of `emitSync`, which always needs a transaction. */
export interface EmitSyncOptions extends TenantOption, EventOptions {
  /** The open transaction of a synchronous library: `fromBetterSqlite3(db)`, or `fromDrizzle(tx)` on better-sqlite3. */
  transaction: HostTransaction;
}

/** One event of `emitMany`: an action of the catalog, with the payload of just that action. */
export type EmitInput<Catalog extends ActionCatalog = RegisteredCatalog> = {
  [Action in ActionOf<Catalog>]: EventOptions & { action: Action; data: DataOf<Catalog, Action> };
}[ActionOf<Catalog>];

/** What was emitted. */
export interface EmittedEvent {
  /** The event's uid within its tenant; also `webhook-id`. */
  readonly eventUid: string;
}
