import type { RecoverableStatus } from '../../domain/recovery.js';
import type { DeliveryStore } from '../../persistence/ports/delivery-store.js';
import type { EndedDelivery } from '../../persistence/ports/recovery-store.js';
import { idBounds } from '../../persistence/sql/id-bounds.js';

/** The criteria by which a recovery selects deliveries. */
export interface RecoverFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly since: number;
  /** Milliseconds since the epoch, inclusive. */
  readonly until: number;
  /** Undefined: all. */
  readonly actions: readonly string[] | undefined;
}

/**
 * Whether a recovery includes a delivery: it ended at `since` or later, and was created at `until` or earlier. So a delivery
 * that was retried during an outage counts, whether it was created before the outage or ended after it. A delivery whose
 * webhook was deleted is not included.
 */
export const matchesDelivery = (
  { createdAt, finishedAt, action, eventUid, hasWebhook }: EndedDelivery,
  { since, until, actions }: RecoverFilter,
): boolean =>
  hasWebhook &&
  finishedAt >= since &&
  createdAt <= until &&
  // If the event is not stored any more, its action is unknown. The delivery is then counted, but not sent.
  (actions === undefined || eventUid === null || actions.includes(action));

/**
 * Bounds of the ids of the deliveries that a recovery reads. A missed delivery ends when it is created, so `since` bounds its
 * id. A failed one may have been created any time before.
 */
export async function recoverBounds(
  store: Pick<DeliveryStore, 'endedRange' | 'firstEndedFrom'>,
  tenantId: number,
  status: RecoverableStatus,
  { since, until }: RecoverFilter,
): Promise<{ afterId: number; beforeId: number }> {
  return idBounds(store, tenantId, status === 'MISSED' ? since : undefined, until);
}
