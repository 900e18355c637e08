import type { TransportRecord } from '../../persistence/ports/record-store.js';

/**
 * Merges the changes of each transport into one: the latest values, with the longest block. If fencing tokens differ, the
 * highest counts.
 */
export function mergeTransportRecords(changes: readonly TransportRecord[]): TransportRecord[] {
  const byTransport = new Map<number, TransportRecord>();
  for (const change of changes) {
    const before = byTransport.get(change.transportId);
    if (!before || before.leaseToken < change.leaseToken) byTransport.set(change.transportId, change);
    else if (before.leaseToken === change.leaseToken)
      byTransport.set(change.transportId, {
        ...before,
        ...change,
        blockedUntil: Math.max(before.blockedUntil ?? 0, change.blockedUntil ?? 0) || null,
      });
  }
  return [...byTransport.values()];
}
