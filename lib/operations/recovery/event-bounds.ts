import { idBounds } from '../../persistence/sql/id-bounds.js';
import type { RecoveryStore } from '../../persistence/ports/recovery-store.js';

/**
 * Converts dates to bounds of event ids, over all tenants, as `idBounds` does for deliveries. The bounds also include
 * events of other dates, so compare the dates of the events as well.
 *
 * @param from ms since the epoch: all events emitted then or later have ids greater than `afterId`
 * @param to ms since the epoch: all events emitted then or earlier have ids less than `beforeId`
 */
export const eventBounds = (
  store: Pick<RecoveryStore, 'eventRange' | 'firstEventsFrom'>,
  from: number,
  to: number,
): Promise<{ afterId: number; beforeId: number }> =>
  idBounds(
    { endedRange: () => store.eventRange(), firstEndedFrom: (_tenantId, ids) => store.firstEventsFrom(ids) },
    0,
    from,
    to,
  );
