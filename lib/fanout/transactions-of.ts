import type { TenantShare } from './tenant-shares.js';

/** Maximum number of deliveries in one transaction. A tenant's share is not divided: it has at most 1,000. */
const MOST_DELIVERIES = 2_000;

/** Puts shares together into transactions of bounded size. */
export function* transactionsOf(shares: readonly TenantShare[]): Generator<TenantShare[]> {
  let together: TenantShare[] = [];
  let size = 0;
  for (const share of shares) {
    if (together.length > 0 && size + share.deliveries.length > MOST_DELIVERIES) {
      yield together;
      together = [];
      size = 0;
    }
    together.push(share);
    size += share.deliveries.length;
  }
  if (together.length > 0) yield together;
}
