import type { TransportRecord } from '../../persistence/record-store.js';

/** Several changes of one transport become one: the latest, with the longest block. Of two holders the later one counts. */
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
