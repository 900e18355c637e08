import { NO_ID } from './delivery-sql.js';
import type { DeliveryStore } from '../ports/delivery-store.js';
import type { NumberedRow, NumberedRows } from '../ports/event-list-store.js';

/**
 * How far the order of ids and the order of creation dates may differ. The date is read before the statement that takes the
 * id, and that statement may wait for locks. The clocks of processes also differ by milliseconds.
 */
const SLACK_MS = 60_000;
/** Number of ids that one round trip looks up: a log of ten million deliveries takes five round trips. */
const PROBES = 31;

/** Bounds of ids, both exclusive. */
export interface IdBounds {
  readonly afterId: number;
  readonly beforeId: number;
}

/** Reads rows whose ids rise with their dates. */
interface Probed {
  readonly range: () => ReturnType<NumberedRows['range']>;
  readonly firstFrom: (ids: readonly number[]) => Promise<NumberedRow[]>;
}

/**
 * Converts dates to bounds of a tenant's delivery ids. That is possible because ids rise with time, and useful because the indexes
 * contain ids and no dates. The bounds are too wide by a minute, and by more where few deliveries have ended. So the caller must
 * also compare the dates of the deliveries that it finds.
 *
 * @param from ms since the epoch: all deliveries created then or later have ids greater than `afterId`
 * @param to ms since the epoch: all deliveries created then or earlier have ids less than `beforeId`
 */
export const idBounds = (
  store: Pick<DeliveryStore, 'endedRange' | 'firstEndedFrom'>,
  tenantId: number,
  from: number | undefined,
  to: number | undefined,
): Promise<IdBounds> =>
  boundsOf(
    { range: () => store.endedRange(tenantId), firstFrom: (ids) => store.firstEndedFrom(tenantId, ids) },
    from,
    to,
  );

/** Like `idBounds`, for other rows of a tenant: events and audit entries. The bounds are too wide by a minute. */
export const numberBounds = (
  rows: NumberedRows,
  tenantUid: string,
  from: number | undefined,
  to: number | undefined,
): Promise<IdBounds> =>
  boundsOf(
    { range: () => rows.range(tenantUid), firstFrom: (ids) => rows.firstFrom(tenantUid, ids) },
    from,
    to,
  );

async function boundsOf(probed: Probed, from: number | undefined, to: number | undefined): Promise<IdBounds> {
  const [lower, upper] = await Promise.all([
    from === undefined ? undefined : boundaryAt(probed, from - SLACK_MS),
    to === undefined ? undefined : boundaryAt(probed, to + SLACK_MS + 1),
  ]);
  return { afterId: lower?.lastBefore ?? 0, beforeId: upper?.firstFrom ?? NO_ID };
}

/**
 * Ids of the last row that was created before an instant (0: none is known), and of the first row that was created at that instant
 * or later (`NO_ID`: none is known).
 */
async function boundaryAt(
  probed: Probed,
  instant: number,
): Promise<{ lastBefore: number; firstFrom: number }> {
  const range = await probed.range();
  if (!range) return { lastBefore: 0, firstFrom: NO_ID };
  // Invariant: rows with ids up to `low` are older than the instant, rows with ids from `high` on are not.
  let [low, high] = [range.first - 1, range.last + 1];
  let [lastBefore, firstFrom] = [0, NO_ID];
  while (high - low > 1) {
    const [start, width] = [low, high - low];
    const probes = Array.from({ length: PROBES }, (_, index) =>
      Math.floor(start + (width * (index + 1)) / (PROBES + 1)),
    );
    const found = await probed.firstFrom([...new Set(probes)].filter((probe) => probe > start));
    for (const { from, id, createdAt } of found) {
      if (createdAt < instant) {
        low = Math.max(low, id);
        lastBefore = Math.max(lastBefore, id);
      } else {
        high = Math.min(high, from);
        firstFrom = Math.min(firstFrom, id);
      }
    }
    // The range did not shrink: no row was found, for example because all of them were deleted meanwhile.
    if (high - low >= width) break;
  }
  return { lastBefore, firstFrom };
}
