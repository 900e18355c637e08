import { keptMs, type RetentionPolicy } from '../../domain/retention.js';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import type {
  LogScope,
  NumberedTenant,
  OldDelivery,
  RetentionStore,
} from '../../persistence/ports/retention-store.js';
import { ENDED_STATUSES } from '../../persistence/sql/delivery-sql.js';
import { concernsRows, type PacedBatches } from './paced-batches.js';

/** Tenants that are read at once. */
const TENANTS = 500;
/** Rows that a first look at a part of the log reads: most parts have nothing to delete. */
const FIRST_LOOK = 10;
/** Maximum number of parts whose position is kept in memory. Further parts are read from their beginning. */
const MOST_POSITIONS = 200_000;

/** Where the next look at a part of the log begins. */
interface Position {
  /** Every delivery up to this id was read, and deleted unless it ended much later than it was created. */
  readonly afterId: number;
  /** Until this instant, no delivery with an id above `afterId` is old enough to be deleted. */
  readonly idleUntil: number;
}

/**
 * Deletes deliveries of the log that are older than their tenant's periods.
 *
 * The log has no index of end dates: it would cost every delivery an index entry. But ids rise with the creation of
 * deliveries, and a delivery never ends before it was created. So each part of the log (a tenant and a status) is read in
 * the order of ids, up to the first delivery that was created too recently. Deliveries that ended much later than they were
 * created (after retries or a pause, or redelivered) are passed over. Among the older ids only these are left, usually few,
 * because the others were deleted. A *whole* walk begins at the first id of each part, so it also reads the deliveries that
 * were passed over; other walks begin where the last one ended.
 */
export class LogWalk {
  readonly #positions = new Map<string, Position>();

  constructor(
    private readonly store: RetentionStore,
    private readonly policy: RetentionPolicy,
    private readonly now: () => number,
  ) {}

  /**
   * @param isWhole whether to begin at the first id of each part
   * @param onError called with the error of a part of the log that could not be read; the walk goes on with the next one
   * @throws {Interrupted}
   */
  async run(batches: PacedBatches, isWhole: boolean, onError: (error: unknown) => void): Promise<void> {
    if (isWhole) this.#positions.clear();
    let tenants: NumberedTenant[];
    let afterId = 0;
    do {
      tenants = await batches.read(() => this.store.tenants(afterId, TENANTS));
      for (const tenant of tenants) {
        for (const status of ENDED_STATUSES) await this.#walk(tenant, status, batches, onError);
      }
      afterId = tenants.at(-1)?.id ?? afterId;
    } while (tenants.length === TENANTS);
  }

  async #walk(
    { id: tenantId, tenantUid }: NumberedTenant,
    status: DeliveryStatus,
    batches: PacedBatches,
    onError: (error: unknown) => void,
  ): Promise<void> {
    const scope: LogScope = { tenantId, status };
    const key = `${tenantId}/${status}`;
    const periodMs = keptMs(this.policy.of(tenantUid), status);
    const position = this.#positions.get(key);
    const startedAt = this.now();
    if (position !== undefined && position.idleUntil > startedAt) return;
    let afterId = position?.afterId ?? 0;
    let limit = FIRST_LOOK;
    for (;;) {
      const rows = await readRows(
        () => batches.read(() => this.store.oldestDeliveries(scope, afterId, limit)),
        onError,
      );
      if (rows === undefined) return;
      const now = this.now();
      const cutoff = now - periodMs;
      const end = endOf(rows, cutoff, now);
      const expired = rows.slice(0, end).filter(({ finishedAt }) => finishedAt < cutoff);
      await batches.write(expired, async (batch) => {
        const ids = batch.map(({ id }) => id);
        return (await this.store.removeDeliveries(scope, ids, cutoff)).tookMs;
      });
      afterId = rows[end - 1]?.id ?? afterId;
      const isLast = rows.length < limit;
      if (end < rows.length || isLast) {
        const first = rows[end];
        this.#remember(key, { afterId, idleUntil: (first?.createdAt ?? startedAt) + periodMs });
        return;
      }
      limit = Math.max(FIRST_LOOK, batches.rows);
    }
  }

  #remember(key: string, position: Position): void {
    if (this.#positions.has(key) || this.#positions.size < MOST_POSITIONS) this.#positions.set(key, position);
  }
}

/**
 * Index of the first row that was created too recently to be deleted. Rows with a creation date in the future do not end
 * the walk: the clock was wrong when they were created.
 */
function endOf(rows: readonly OldDelivery[], cutoff: number, now: number): number {
  const index = rows.findIndex(({ createdAt }) => createdAt >= cutoff && createdAt <= now);
  return index === -1 ? rows.length : index;
}

async function readRows(
  read: () => Promise<OldDelivery[]>,
  onError: (error: unknown) => void,
): Promise<OldDelivery[] | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!concernsRows(error)) throw error;
    onError(error);
    return undefined;
  }
}
