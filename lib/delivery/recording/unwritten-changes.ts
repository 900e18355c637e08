import type { TransportRecord } from '../../persistence/record-store.js';

/**
 * Changes of transports that are not in the database yet, in the order in which they were learned. If one had to wait, a
 * later one of the same transport is written together with it: it must not be overwritten by the earlier one afterwards.
 */
export class UnwrittenChanges {
  readonly #byTransport = new Map<number, TransportRecord[]>();

  add(change: TransportRecord): void {
    const changes = this.#byTransport.get(change.transportId);
    if (changes) changes.push(change);
    else this.#byTransport.set(change.transportId, [change]);
  }

  /** These changes and all that were learned before of the same transports, without those that were written. */
  upTo(latest: readonly TransportRecord[]): TransportRecord[] {
    const transportIds = new Set(latest.map(({ transportId }) => transportId));
    return [...transportIds].flatMap((transportId) => {
      const changes = this.#byTransport.get(transportId) ?? [];
      return changes.slice(0, changes.findLastIndex((change) => latest.includes(change)) + 1);
    });
  }

  /** They are written, or nothing comes of them. */
  delete(changes: readonly TransportRecord[]): void {
    for (const change of changes) {
      const rest = this.#byTransport.get(change.transportId)?.filter((other) => other !== change) ?? [];
      if (rest.length > 0) this.#byTransport.set(change.transportId, rest);
      else this.#byTransport.delete(change.transportId);
    }
  }
}
