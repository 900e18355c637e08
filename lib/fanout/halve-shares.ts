import type { TenantShare } from './tenant-shares.js';

/**
 * Splits shares that the database refuses as a whole, to find the event at fault: by tenants, then by events.
 *
 * @returns two parts in the order of events; undefined: it is a single event
 */
export function halveShares(
  shares: readonly TenantShare[],
): readonly [TenantShare[], TenantShare[]] | undefined {
  if (shares.length > 1) {
    const half = shares.length >> 1;
    return [shares.slice(0, half), shares.slice(half)];
  }
  const [share] = shares;
  if (!share || share.events.length < 2) return undefined;
  const half = share.events.length >> 1;
  const parts = [share.events.slice(0, half), share.events.slice(half)] as const;
  const shareOf = (events: TenantShare['events']): TenantShare => {
    const ids = new Set(events.map(({ id }) => id));
    return { events, deliveries: share.deliveries.filter(({ eventId }) => ids.has(eventId)) };
  };
  return [[shareOf(parts[0])], [shareOf(parts[1])]];
}
