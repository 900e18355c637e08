import type { TransportRecord } from '../../persistence/ports/record-store.js';

/**
 * Changes of transports that are not in the database yet, in the order in which they were learned. A change that had to wait
 * is written together with the next one of the same transport, so that it never overwrites a newer change.
 */
export class UnwrittenChanges {
  readonly #byTransport = new Map<number, TransportRecord[]>();

  add(change: TransportRecord): void {
    const changes = this.#byTransport.get(change.transportId);
    if (changes) changes.push(change);
    else this.#byTransport.set(change.transportId, [change]);
  }

  /** The unwritten ones of these changes, and all earlier unwritten changes of the same transports. */
  upTo(latest: readonly TransportRecord[]): TransportRecord[] {
    const transportIds = new Set(latest.map(({ transportId }) => transportId));
    return [...transportIds].flatMap((transportId) => {
      const changes = this.#byTransport.get(transportId) ?? [];
      return changes.slice(0, changes.findLastIndex((change) => latest.includes(change)) + 1);
    });
  }

  /** Removes changes that are written, or whose attempts were orphaned. */
  delete(changes: readonly TransportRecord[]): void {
    for (const change of changes) {
      const rest = this.#byTransport.get(change.transportId)?.filter((other) => other !== change) ?? [];
      if (rest.length > 0) this.#byTransport.set(change.transportId, rest);
      else this.#byTransport.delete(change.transportId);
    }
  }
}
