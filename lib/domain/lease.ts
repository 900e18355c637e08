/*
 * The lease rule. A holder renews a lease when a third of it has passed, and starts a request only while the lease leaves
 * time for the whole attempt. So with a lease of twice the time limit plus a margin, a holder can always send.
 */

/** The shortest lease lasts this many times the time limit of an attempt … */
export const LEASE_PER_TIMEOUT = 2;
/** … plus this margin, in ms. */
export const LEASE_MARGIN_MS = 2_000;
/**
 * Upper bound of the option `leaseMs`, in ms. No lease of any process lasts longer. A stored lease with more time left than this
 * shows that the clock was set back: the lease is void.
 */
export const LONGEST_LEASE_MS = 600_000;

/**
 * The shortest lease for a transport.
 *
 * @param timeoutMs time limit of an attempt, in ms
 * @returns ms
 */
export const leaseFor = (timeoutMs: number): number => LEASE_PER_TIMEOUT * timeoutMs + LEASE_MARGIN_MS;
