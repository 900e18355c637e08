import { ALL_TENANTS_ID, ALL_TRANSPORTS_ID } from './statistics.js';

/**
 * Numbers of rows that were added to the queue (`queued`) and removed from it (`ended`). The depth of the queue is
 * `queued - ended`.
 *
 * A redelivery adds the row of an ended delivery again, so a delivery may count several times on both sides.
 */
export interface QueueChange {
  /** The tenant's number; `ALL_TENANTS_ID`: all tenants. */
  readonly tenantId: number;
  /** `ALL_TRANSPORTS_ID`: all transports of the tenant. */
  readonly transportId: number;
  readonly queued: number;
  readonly ended: number;
}

type QueueKey = Pick<QueueChange, 'tenantId' | 'transportId'>;

const ALL: QueueKey = { tenantId: ALL_TENANTS_ID, transportId: ALL_TRANSPORTS_ID };

/**
 * Sums up changes by transport, by tenant, and over all tenants, so that each depth is one row.
 *
 * @returns in the order in which every process locks the rows. The row of all tenants comes last. Every process writes it,
 *   so it must be locked for as short a time as possible
 */
export function queueTotals(changes: readonly QueueChange[]): QueueChange[] {
  const sums = new Map<string, QueueChange>();
  for (const { tenantId, transportId, queued, ended } of changes) {
    for (const key of [{ tenantId, transportId }, { tenantId, transportId: ALL_TRANSPORTS_ID }, ALL]) {
      const name = `${key.tenantId},${key.transportId}`;
      const sum = sums.get(name);
      sums.set(name, { ...key, queued: (sum?.queued ?? 0) + queued, ended: (sum?.ended ?? 0) + ended });
    }
  }
  return [...sums.values()].sort(
    (a, b) => placeOf(a) - placeOf(b) || a.tenantId - b.tenantId || a.transportId - b.transportId,
  );
}

const placeOf = ({ tenantId }: QueueKey): number => (tenantId === ALL_TENANTS_ID ? 1 : 0);

/**
 * Depth of the queue of a transport, of a tenant (`ALL_TRANSPORTS_ID`), or of all tenants (`ALL_TENANTS_ID`).
 *
 * @param totals rows of `queueTotals`
 * @param uncounted changes that the totals do not contain yet. A change whose numbers are not finite is left out
 * @returns at least 0
 */
export function queueDepth(
  key: QueueKey,
  totals: readonly QueueChange[],
  uncounted: readonly QueueChange[],
): number {
  const { tenantId, transportId } = key;
  const own = totals.filter((row) => row.tenantId === tenantId && row.transportId === transportId);
  const added = uncounted.filter(
    (change) =>
      (tenantId === ALL_TENANTS_ID || change.tenantId === tenantId) &&
      (transportId === ALL_TRANSPORTS_ID || change.transportId === transportId),
  );
  const changes = [...own, ...added].map(({ queued, ended }) => queued - ended);
  return Math.max(
    0,
    changes.filter(Number.isFinite).reduce((sum, change) => sum + change, 0),
  );
}
