import { queueDepth, type QueueChange } from '../../domain/queue-depth.js';
import { ALL_TENANTS_ID, ALL_TRANSPORTS_ID } from '../../domain/statistics.js';
import { classify } from '../errors/driver-errors.js';
import type { Database } from '../ports/database.js';
import { queueChangesOf } from './facts.js';
import { statement } from './statement.js';

/**
 * Maximum number of groups of facts that are read. The facts of further groups are missing in the depth until a roll-up
 * counts them.
 */
const MOST_GROUPS = 1_000;

interface DepthRow extends Record<'tenant_id' | 'transport_id' | 'queued' | 'ended', number | string | null> {
  /** The text of a group of facts; null in a row of `webhook_queue_depth`. */
  facts: string | null;
}

/** Tenants, and the transports whose depths are added up for each of them. */
export interface DepthsRequest {
  readonly tenantIds: readonly number[];
  /** `ALL_TRANSPORTS_ID`: the sum over all transports. */
  readonly transportIds: readonly number[];
}

/**
 * Reads how many rows tenants have in the queue, from the rows of `webhook_queue_depth` and the facts that are not counted yet.
 * So the cost does not grow with the queue.
 *
 * One statement reads both. A roll-up adds facts to the rows of `webhook_queue_depth` and removes them in one transaction, so a
 * snapshot contains each fact exactly once. Run a roll-up first, so that few facts are left to read.
 *
 * @returns the depth of each tenant, summed over the given transports
 */
export async function readQueueDepths(
  database: Database,
  { tenantIds, transportIds }: DepthsRequest,
): Promise<ReadonlyMap<number, number>> {
  if (tenantIds.length === 0 || transportIds.length === 0) return new Map(tenantIds.map((id) => [id, 0]));
  const rows = await readRows(database, tenantIds, transportIds);
  const totals = rows.filter(({ facts }) => facts === null).map(totalOf);
  const uncounted = rows.flatMap(({ facts }) => (facts === null ? [] : queueChangesOf(facts)));
  const depthOf = (tenantId: number): number =>
    transportIds
      .map((transportId) => queueDepth({ tenantId, transportId }, totals, uncounted))
      .reduce((sum, depth) => sum + depth, 0);
  return new Map(tenantIds.map((tenantId) => [tenantId, depthOf(tenantId)]));
}

/** If the database rejects the statement, for example because a group of facts is damaged, reads only `webhook_queue_depth`. */
async function readRows(
  database: Database,
  tenantIds: readonly number[],
  transportIds: readonly number[],
): Promise<DepthRow[]> {
  const counted = `
    SELECT tenant_id, transport_id, queued, ended, NULL AS facts FROM ${database.table('webhook_queue_depth')}
    WHERE tenant_id IN (${marks(tenantIds)}) AND transport_id IN (${marks(transportIds)})`;
  const uncounted = `
    SELECT NULL, NULL, NULL, NULL, facts FROM (
      SELECT facts FROM ${database.table('webhook_statistic_fact')} ORDER BY id LIMIT ${MOST_GROUPS}
    ) f`;
  const read = (text: string): Promise<DepthRow[]> => {
    const { sql, parameters } = statement(database, text, [...tenantIds, ...transportIds]);
    return database.dataSource.query<DepthRow[]>(sql, [...parameters]);
  };
  try {
    return await read(`${counted} UNION ALL ${uncounted}`);
  } catch (error) {
    if (classify(error) !== 'refused') throw error;
    return read(counted);
  }
}

/** Reads the number of all pending deliveries. */
export async function readQueueDepth(database: Database): Promise<number> {
  const request = { tenantIds: [ALL_TENANTS_ID], transportIds: [ALL_TRANSPORTS_ID] };
  return (await readQueueDepths(database, request)).get(ALL_TENANTS_ID)!;
}

/** Reads the number of all pending deliveries as of the last roll-up, from one row. Processes with a worker run a roll-up every ten seconds. */
export async function readCountedQueueDepth(database: Database): Promise<number> {
  const { sql, parameters } = statement(
    database,
    `SELECT queued - ended AS depth FROM ${database.table('webhook_queue_depth')} WHERE tenant_id = ? AND transport_id = ?`,
    [ALL_TENANTS_ID, ALL_TRANSPORTS_ID],
  );
  const [row] = await database.dataSource.query<{ depth: number | string }[]>(sql, [...parameters]);
  return Math.max(0, Number(row?.depth ?? 0));
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

// TypeORM's PostgreSQL driver may return 64-bit numbers as text.
const totalOf = ({ tenant_id, transport_id, queued, ended }: DepthRow): QueueChange => ({
  tenantId: Number(tenant_id),
  transportId: Number(transport_id),
  queued: Number(queued),
  ended: Number(ended),
});
