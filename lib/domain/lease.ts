/*
 * The lease rule. A holder renews when a third of the lease has gone, and starts a request only while the lease leaves
 * time for the whole attempt; so a lease of twice the time-out, with something to spare, always lets a holder send.
 */

/** Times the time-out of an attempt … */
export const LEASE_PER_TIMEOUT = 2;
/** … plus so much, in ms. */
export const LEASE_MARGIN_MS = 2_000;
/** Upper bound of the option `leaseMs`: no lease of any process lasts longer, so one that ends later is void. */
export const LONGEST_LEASE_MS = 600_000;

/**
 * The least lease for a transport.
 *
 * @param timeoutMs deadline of one attempt, in ms
 * @returns ms
 */
export const leaseFor = (timeoutMs: number): number => LEASE_PER_TIMEOUT * timeoutMs + LEASE_MARGIN_MS;
