import type { DeliveryStatus } from '../../domain/delivery-status.js';

/** A tenant with its number, which the queue and the log contain instead of its uid. */
export interface NumberedTenant {
  readonly id: number;
  readonly tenantUid: string;
}

/** A part of the log that is read in the order of ids: the deliveries of a tenant that ended with one status. */
export interface LogScope {
  readonly tenantId: number;
  readonly status: DeliveryStatus;
}

/** An ended delivery. Instants are ms since the epoch, here and below. */
export interface OldDelivery {
  readonly id: number;
  readonly createdAt: number;
  readonly finishedAt: number;
  /** Approximate number of bytes that are deleted with it, including the body of its event. */
  readonly bytes: number;
}

/** An event. */
export interface OldEvent {
  readonly id: number;
  readonly tenantUid: string;
  readonly createdAt: number;
  /** Approximate size of its body as stored. */
  readonly bytes: number;
  /** Whether its body is present. */
  readonly hasBody: boolean;
  /** Whether the outbox, the queue or the log refers to it. False if this was not read. */
  readonly isReferred: boolean;
}

/** Numbers of deleted or changed rows. */
export interface RemovedRows {
  readonly deliveries: number;
  readonly attempts: number;
  readonly events: number;
  /** Time that the database needed, in ms, without the network: the caller adapts its batches to it. */
  readonly tookMs: number;
}

export type RemovedEvents = Pick<RemovedRows, 'events' | 'tookMs'>;

/** Position in the tombstones: reading continues strictly after it. */
export interface TombstoneCursor {
  readonly kind: string;
  readonly id: number;
}

export const FIRST_TOMBSTONE: TombstoneCursor = { kind: '', id: 0 };

/**
 * Finds and deletes what is no longer needed. Each call reads and writes a bounded number of rows, found by key. Deliveries
 * and events that another transaction has locked are left out. Old deliveries are read in the order of ids of one tenant and
 * status, which needs no index beyond that of the lists. No statement writes or locks a row of the queue.
 */
export interface RetentionStore {
  /** Tenants with numbers above `afterId`, in ascending order. */
  tenants(afterId: number, limit: number): Promise<NumberedTenant[]>;

  /** The tenant's number; undefined: it has none, because it never had a transport, or was erased. */
  tenantId(tenantUid: string): Promise<number | undefined>;

  /** Ended deliveries with ids above `afterId`, in ascending order. */
  oldestDeliveries(scope: LogScope, afterId: number, limit: number): Promise<OldDelivery[]>;

  /**
   * Deletes deliveries of the log with their attempts, and those of their events that nothing refers to any more, in one
   * transaction.
   *
   * @param finishedBefore a delivery that ended later stays: it may have been redelivered since it was read
   */
  removeDeliveries(scope: LogScope, ids: readonly number[], finishedBefore: number): Promise<RemovedRows>;

  /**
   * Events with ids above `afterId`, in ascending order.
   *
   * @param withReferences whether to read `isReferred`, which takes several look-ups for each event
   */
  oldestEvents(afterId: number, limit: number, withReferences: boolean): Promise<OldEvent[]>;

  /** Deletes those of the events that nothing refers to. */
  removeEvents(ids: readonly number[]): Promise<RemovedEvents>;

  /**
   * Erases the bodies of those events that are not in the outbox and have no pending deliveries. `events` is the number of
   * erased bodies.
   */
  eraseBodies(ids: readonly number[], now: number): Promise<RemovedEvents>;

  /**
   * Deletes those of the next tombstones that no delivery refers to.
   *
   * @returns where to continue; undefined: these were the last tombstones
   */
  removeTombstones(after: TombstoneCursor, limit: number): Promise<TombstoneCursor | undefined>;
}
