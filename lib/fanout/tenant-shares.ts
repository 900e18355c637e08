import { grouped } from '../domain/grouped.js';
import type { PlannedDelivery, PlannedEvent, UnfannedEvent } from '../persistence/ports/fanout-store.js';

/** Maximum number of deliveries of one tenant per round. It bounds how long a tenant with many webhooks or a long backlog delays others. */
const MOST_PER_TENANT = 1_000;

/** The work of one round for one tenant. */
export interface TenantShare {
  readonly events: readonly PlannedEvent[];
  readonly deliveries: readonly PlannedDelivery[];
}

/**
 * Divides the work of fan-out into shares of bounded size, one for each tenant. The events of a share are a prefix of the
 * tenant's events. If an event has more deliveries than fit into a share, later rounds create the others: the event stays in the
 * outbox, with the transports that still lack their delivery.
 */
export function tenantShares(
  events: readonly UnfannedEvent[],
  deliveries: readonly PlannedDelivery[],
): TenantShare[] {
  const byEvent = grouped(deliveries, ({ eventId }) => eventId);
  return [...grouped(events, ({ tenantUid }) => tenantUid).values()].map((own) => shareOf(own, byEvent));
}

function shareOf(
  events: readonly UnfannedEvent[],
  byEvent: ReadonlyMap<number, PlannedDelivery[]>,
): TenantShare {
  const share = { events: [] as PlannedEvent[], deliveries: [] as PlannedDelivery[] };
  for (const { id, tenantUid, transportIds, mayExist } of events) {
    const own = byEvent.get(id) ?? [];
    const capacity = MOST_PER_TENANT - share.deliveries.length;
    if (own.length > capacity && share.events.length > 0) break;
    const left = own.slice(capacity).map(({ transportId }) => transportId);
    share.events.push({ id, tenantUid, transportIds, mayExist, left });
    share.deliveries.push(...own.slice(0, capacity));
    if (left.length > 0) break;
  }
  return share;
}
