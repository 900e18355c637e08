import { Inject, Injectable } from '@nestjs/common';
import { ALL_ACTIONS, ALL_TRANSPORTS_ID, GRANULARITIES } from '../../domain/statistics.js';
import { DATABASE, type Database } from '../ports/database.js';
import {
  failingTransportOf,
  holderOf,
  listedLaneOf,
  listedTenantOf,
  type FailingRow,
  type FailingTransport,
  type HolderRow,
  type LaneHolder,
  type ListedLane,
  type ListedLaneRow,
  type ListedTenant,
  type ListedTenantRow,
} from '../sql/operator-rows.js';
import { readQueueDepths } from '../sql/read-queue-depths.js';
import { statement } from '../sql/statement.js';

/** Maximum number of lanes that a summary of the processes reads. */
const MOST_LANES = 1_000;
/** Maximum number of processes in a summary. */
export const MOST_HOLDERS = 100;

/** Position in a list whose order needs two numbers: a value and, among equal values, an id. */
export interface Place {
  readonly value: number;
  readonly id: number;
}
const FIRST_PLACE: Place = { value: -1, id: -1 };

/** A part of a list: the items after a position. */
export interface PlaceRequest {
  /** Undefined: from the beginning. */
  readonly after: Place | undefined;
  readonly limit: number;
}

/**
 * The operator's lists over all tenants. Each statement reads an index in the order of the list and ends at its limit, so that
 * its cost grows neither with the queue nor with the log.
 */
@Injectable()
export class OperatorRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Failing transports, including disabled ones. The one that has been failing for the longest time comes first.
   *
   * @param since counts outcomes of hours that begin at or after this instant, ms since the epoch
   */
  async failing({ after, limit }: PlaceRequest, since: number): Promise<FailingTransport[]> {
    const { value, id } = after ?? FIRST_PLACE;
    const rows = await this.#query<FailingRow>(
      `SELECT f.*, l.consecutive_failures, l.blocked_until,
         ${this.#recent('f.tenant_number', 'f.id', undefined, ['delivered', 'failed', 'retried'])}
       FROM (
         SELECT id, tenant_uid, http_transport_uid, name, origin, state, disabled_reason, failing_since, (
           SELECT n.id FROM ${this.#table('webhook_tenant')} n WHERE n.tenant_uid = t.tenant_uid
         ) AS tenant_number
         FROM ${this.#table('webhook_http_transport')} t
         WHERE failing_since IS NOT NULL AND (failing_since, id) > (?, ?) ORDER BY failing_since, id LIMIT ?
       ) f
       JOIN ${this.#table('webhook_lane')} l ON l.transport_id = f.id ORDER BY f.failing_since, f.id`,
      [since, since, since, value, id, limit],
    );
    return rows.map(failingTransportOf);
  }

  /** Lanes in the order in which processes claim them: the longest due first. Lanes without work are left out. */
  async lanes({ after, limit }: PlaceRequest): Promise<ListedLane[]> {
    const { value, id } = after ?? FIRST_PLACE;
    const rows = await this.#query<ListedLaneRow>(
      `SELECT l.*, (
         SELECT t.http_transport_uid FROM ${this.#table('webhook_http_transport')} t WHERE t.id = l.transport_id
       ) AS http_transport_uid, (
         SELECT q.due_at FROM ${this.#table('webhook_queue')} q
         WHERE q.transport_id = l.transport_id AND q.due_at >= l.scan_from
         ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1
       ) AS first_due_at
       FROM (
         SELECT transport_id, tenant_uid, holder, lease_until, due_at, blocked_until, crashes, consecutive_failures, scan_from
         FROM ${this.#table('webhook_lane')}
         WHERE due_at IS NOT NULL AND (due_at, transport_id) > (?, ?) ORDER BY due_at, transport_id LIMIT ?
       ) l ORDER BY l.due_at, l.transport_id`,
      [value, id, limit],
    );
    return rows.map(listedLaneOf);
  }

  /**
   * The processes that hold lanes, those with the most lanes first. Only the first 1,000 lanes that become due from now on are
   * counted. A held lane is due at the end of its lease, so held lanes are among the first.
   *
   * @param now ms since the epoch on the database's clock
   */
  async holders(now: number): Promise<LaneHolder[]> {
    const rows = await this.#query<HolderRow>(
      `SELECT holder, count(*) AS lanes, min(lease_until) AS first_lease_until
       FROM (
         SELECT holder, lease_until FROM ${this.#table('webhook_lane')}
         WHERE due_at > ? ORDER BY due_at, transport_id LIMIT ${MOST_LANES}
       ) l WHERE holder IS NOT NULL GROUP BY holder ORDER BY count(*) DESC, holder LIMIT ${MOST_HOLDERS}`,
      [now],
    );
    return rows.map(holderOf);
  }

  /**
   * Tenants in the order of their numbers, which is that of their first transports.
   *
   * @param afterId leaves out this tenant and earlier ones
   * @param since counts outcomes of hours that begin at or after this instant, ms since the epoch
   */
  async tenants(
    { afterId = 0, limit }: { afterId?: number | undefined; limit: number },
    since: number,
  ): Promise<ListedTenant[]> {
    const count = (condition: string): string =>
      `(SELECT count(*) FROM ${this.#table('webhook_http_transport')} t WHERE t.tenant_uid = n.tenant_uid${condition})`;
    const rows = await this.#query<ListedTenantRow>(
      `SELECT n.id, n.tenant_uid, ${count('')} AS transports, ${count(` AND t.state = 'PAUSED'`)} AS paused,
         ${count(` AND t.state = 'DISABLED'`)} AS disabled, ${count(' AND t.failing_since IS NOT NULL')} AS failing,
         ${this.#recent('n.id', String(ALL_TRANSPORTS_ID), ALL_ACTIONS, ['delivered', 'failed', 'missed'])}
       FROM (
         SELECT id, tenant_uid FROM ${this.#table('webhook_tenant')} WHERE id > ? ORDER BY id LIMIT ?
       ) n ORDER BY n.id`,
      [since, since, since, afterId, limit],
    );
    return rows.map(listedTenantOf);
  }

  /** Number of pending deliveries of each tenant, by the tenant's number. */
  pendingOf(tenantIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return readQueueDepths(this.database, { tenantIds, transportIds: [ALL_TRANSPORTS_ID] });
  }

  /** Columns with sums of hourly counts. Each column has one parameter: hours that begin before that instant are not counted. */
  #recent(
    tenantId: string,
    transportId: string,
    action: string | undefined,
    columns: readonly string[],
  ): string {
    const isAction = action === undefined ? '' : ` AND s.action = '${action}'`;
    const sums = columns.map(
      (column) => `(
         SELECT coalesce(sum(s.${column}), 0) FROM ${this.#table('webhook_statistic')} s
         WHERE s.tenant_id = ${tenantId} AND s.granularity = ${GRANULARITIES.hour} AND s.transport_id = ${transportId}
           AND s.start >= ?${isAction}
       ) AS ${column}`,
    );
    return sums.join(', ');
  }

  async #query<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    return this.database.dataSource.query<Row[]>(text, [...parameters]);
  }

  #table(name: string): string {
    return this.database.table(name);
  }
}
