import type { EventStore, InsertedEvent, NewEvent } from '../persistence/ports/event-store.js';
import type { HostTransaction } from '../persistence/ports/host-transaction.js';
import type { EmitObservation, Telemetry } from '../telemetry/telemetry.js';

/** An `EventStore` that reports emits to telemetry, and stores their trace context with the events. */
export class ObservedEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly telemetry: Telemetry,
  ) {}

  insert(events: readonly NewEvent[], transaction?: HostTransaction): Promise<InsertedEvent[]> {
    const observed = this.telemetry.emitStarted(events);
    return observed
      ? this.#insertObserved(observed, events, transaction)
      : this.store.insert(events, transaction);
  }

  insertSync(events: readonly NewEvent[], transaction: HostTransaction): InsertedEvent[] {
    const observed = this.telemetry.emitStarted(events);
    if (!observed) return this.store.insertSync(events, transaction);
    try {
      const inserted = observed.run(() => this.store.insertSync(traced(events, observed), transaction));
      observed.end(conflictOf(inserted));
      return inserted;
    } catch (error) {
      observed.end(error);
      throw error;
    }
  }

  async #insertObserved(
    observed: EmitObservation,
    events: readonly NewEvent[],
    transaction: HostTransaction | undefined,
  ): Promise<InsertedEvent[]> {
    try {
      const inserted = await observed.run(() => this.store.insert(traced(events, observed), transaction));
      observed.end(conflictOf(inserted));
      return inserted;
    } catch (error) {
      observed.end(error);
      throw error;
    }
  }
}

const traced = (events: readonly NewEvent[], { traceparent }: EmitObservation): readonly NewEvent[] =>
  traceparent === undefined ? events : events.map((event) => ({ ...event, traceparent }));

/** The code of the error that the emitter throws for these results; undefined: it throws none. */
const conflictOf = (inserted: readonly InsertedEvent[]): { code: string } | undefined =>
  inserted.some(({ duplicate }) => duplicate === 'different') ? { code: 'EVENT_UID_CONFLICT' } : undefined;
