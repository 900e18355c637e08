import type { EntityManager } from 'typeorm';
import type { ActionCatalog, ActionOf, DataOf } from '../domain/action-catalog.js';
import type { HostTransaction } from '../persistence/ports/host-transaction.js';
import type { IsTransactionRequired, RegisteredCatalog } from '../pos/register.js';

/** The tenant that an event belongs to. */
export interface TenantOption {
  /** The tenant's uid: 1 to 64 of the characters A-Z, a-z, 0-9 and `_ - . : | @`, but not `.` or `..` alone. */
  tenantUid: string;
}

/** The transaction in which events are written. */
export interface TransactionOptions {
  /**
   * The TypeORM manager of the host's open transaction: the events exist if and only if it commits. Without `manager` and
   * `transaction`, they are written and committed at once, on the module's own connection.
   */
  manager?: EntityManager | undefined;
  /**
   * The open transaction of another library, created by its adapter: `fromKnex(trx)` of `nestjs-tillhook/knex`, and so on.
   * The events exist if and only if it commits. Must not be combined with `manager`.
   */
  transaction?: HostTransaction | undefined;
}

/** Like `TransactionOptions`, but one of the two options is required. */
export type RequiredTransactionOptions =
  { manager: EntityManager; transaction?: undefined } | { transaction: HostTransaction; manager?: undefined };

/**
 * Options of `emitMany`. If the host has registered `requireTransaction: true` in `Register`, either `manager` or
 * `transaction` is required.
 */
export type EmitManyOptions = TenantOption &
  (IsTransactionRequired extends true ? RequiredTransactionOptions : TransactionOptions);

/** Optional properties of an event. */
export interface EventOptions {
  /**
   * The caller's own uid for the event: 1 to 64 of the characters A-Z, a-z, 0-9, `_` and `-`. It is sent as
   * `webhook-id`. If the same uid is emitted again with the same body, nothing happens, so a call can be repeated
   * safely. With another body, emit throws `EVENT_UID_CONFLICT`. Default: a UUIDv7.
   */
  eventUid?: string | undefined;
  /**
   * Events of a tenant with the same key are sent to an `ordered` webhook one at a time, in the order of emit. 1 to 255
   * characters. Default: none. All events of a tenant that have no key count as having the same key.
   */
  orderingKey?: string | undefined;
  /** When the event happened, to the millisecond. Default: now, on the database's clock. */
  occurredAt?: Date | undefined;
}

/** Options of `emit`: those of `emitMany`, and the properties of the event. */
export type EmitOptions = EmitManyOptions & EventOptions;

/** Options of `emitSync`, which requires a transaction. */
export interface EmitSyncOptions extends TenantOption, EventOptions {
  /** The open transaction of a synchronous library: `fromBetterSqlite3(db)`, or `fromDrizzle(tx)` on better-sqlite3. */
  transaction: HostTransaction;
}

/** One event of `emitMany`: an action of the catalog, with the payload of that action. */
export type EmitInput<Catalog extends ActionCatalog = RegisteredCatalog> = {
  [Action in ActionOf<Catalog>]: EventOptions & { action: Action; data: DataOf<Catalog, Action> };
}[ActionOf<Catalog>];

/** The result of `emit`. */
export interface EmittedEvent {
  /** The event's uid within its tenant; also `webhook-id`. */
  readonly eventUid: string;
}
