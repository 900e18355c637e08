import type { CountRow, Granularity } from '../../domain/statistics.js';

/** The counts of a tenant to read. */
export interface CountsRequest {
  /** The tenant's number. */
  readonly tenantId: number;
  readonly granularity: Granularity;
  /** Ids of transports; undefined: the sums over all transports. */
  readonly transportIds: readonly number[] | undefined;
  /** Undefined: all actions. */
  readonly action: string | undefined;
  /** Start of the first bucket, ms since the epoch. */
  readonly from: number;
  /** Upper bound of the starts of buckets, exclusive, ms since the epoch. */
  readonly to: number;
}

/**
 * Statistics. The transaction that records outcomes notes them as facts, one row for a group of outcomes. Later they are
 * added to counts, and removed, in one transaction. So each outcome is counted exactly once, whichever process dies.
 *
 * The same holds for rows that are added to the queue or removed from it: see `queueChangesOf` and `readQueueDepths`.
 */
export interface StatisticStore {
  /** Ids of the next groups of facts, ascending. @param after only greater ids */
  groups(after: number, most: number): Promise<number[]>;

  /** Adds groups of facts to the counts. Groups that another transaction has locked are left out: it is adding them. */
  rollUp(groupIds: readonly number[]): Promise<void>;

  /**
   * Replaces a group by one group for each tenant, with greater ids, in one transaction. Use it for a group that cannot be
   * counted: a damaged fact or count of one tenant then holds back no other tenant.
   *
   * @returns false if nothing was changed: the group has facts of one tenant only, another transaction has locked it, or it
   *   does not exist any more
   */
  splitByTenant(groupId: number): Promise<boolean>;

  /** The rows of a range, in no particular order; several for the same bucket if there are several transports or actions. */
  counts(request: CountsRequest): Promise<CountRow[]>;

  /** Deletes buckets that started before an instant. @returns whether there may be more */
  deleteBefore(granularity: Granularity, start: number, most: number): Promise<boolean>;
}
