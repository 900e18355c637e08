import type { InsertedEvent } from './event-store.js';
import { RolledBack } from './rolled-back.js';

/** Thrown within a transaction to roll it back; carries what it found out. */
class Conflicting extends RolledBack {
  constructor(readonly results: InsertedEvent[]) {
    super();
  }
}

/**
 * Runs a transaction of the module's own that writes events: when one of them conflicts with an event that is there,
 * none is written, and the results say which it was.
 *
 * @param transaction has to pass its results to `settle` as the last thing it does
 */
export async function allOrNothing(
  transaction: (settle: (results: InsertedEvent[]) => InsertedEvent[]) => Promise<InsertedEvent[]>,
): Promise<InsertedEvent[]> {
  try {
    return await transaction((results) => {
      if (results.some(({ duplicate }) => duplicate === 'different')) throw new Conflicting(results);
      return results;
    });
  } catch (error) {
    if (error instanceof Conflicting) return error.results;
    throw error;
  }
}
