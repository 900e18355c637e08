import type { TransportRecord } from '../../persistence/ports/record-store.js';

/**
 * Merges the changes of each transport into one: the latest values, with the longest block and all events. If their
 * fencing tokens differ, only the changes with the highest token are merged.
 */
export function mergeTransportRecords(changes: readonly TransportRecord[]): TransportRecord[] {
  const byTransport = new Map<number, TransportRecord>();
  for (const change of changes) {
    const before = byTransport.get(change.transportId);
    if (!before || before.leaseToken < change.leaseToken) byTransport.set(change.transportId, change);
    else if (before.leaseToken === change.leaseToken)
      byTransport.set(change.transportId, merged(before, change));
  }
  return [...byTransport.values()];
}

function merged(before: TransportRecord, change: TransportRecord): TransportRecord {
  const { failingWarned, ...kept } = before;
  const events = [...(before.events ?? []), ...(change.events ?? [])];
  return {
    ...kept,
    // A warning belongs to a series of failures, which a later change may have ended.
    ...(change.failingSince === undefined && failingWarned !== undefined && { failingWarned }),
    ...change,
    blockedUntil: Math.max(before.blockedUntil ?? 0, change.blockedUntil ?? 0) || null,
    ...(events.length > 0 && { events }),
  };
}
