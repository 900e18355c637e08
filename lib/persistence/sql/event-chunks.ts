import type { NewEvent } from '../ports/event-store.js';

const MOST_ROWS = 1_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Splits a batch of events into chunks, each small enough for one statement. The order is kept. */
export function* eventChunks(events: readonly NewEvent[]): Generator<readonly NewEvent[]> {
  let start = 0;
  let characters = 0;
  for (let end = 0; end < events.length; end++) {
    characters += events[end]!.body.length;
    if (end > start && (end - start >= MOST_ROWS || characters > MOST_CHARACTERS)) {
      yield events.slice(start, end);
      start = end;
      characters = events[end]!.body.length;
    }
  }
  if (start < events.length) yield events.slice(start);
}
