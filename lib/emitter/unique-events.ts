import { EventConflictError } from '../errors/emit.errors.js';
import type { NewEvent } from '../persistence/ports/event-store.js';

/**
 * The events without repetitions of an `eventUid`, in their order; the first of each is kept.
 *
 * @throws {EventConflictError} if two events have the same `eventUid` but different bodies
 */
export function uniqueEvents(events: readonly NewEvent[]): readonly NewEvent[] {
  const byUid = new Map<string, NewEvent>();
  for (const event of events) {
    const first = byUid.get(event.eventUid);
    if (!first) byUid.set(event.eventUid, event);
    else if (first.body !== event.body) throw new EventConflictError(event.eventUid);
  }
  return byUid.size === events.length ? events : [...byUid.values()];
}
