import type { InsertedEvent } from '../ports/event-store.js';
import { RolledBack } from './rolled-back.js';

/** Thrown within a transaction to roll it back; carries the results. */
class Conflicting extends RolledBack {
  constructor(readonly results: InsertedEvent[]) {
    super();
  }
}

/**
 * Runs a transaction that the module opens itself to write events. If a stored event has the uid of one of them but another body,
 * none of the events is written, and the results contain `different` for that event.
 *
 * @param transaction must pass its results to `settle` as its last step
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
