import type { EventStore, InsertedEvent, NewEvent } from '../persistence/ports/event-store.js';

/** An event that a test has emitted. */
export interface RecordedEvent<Action extends string = string, Data = Record<string, unknown>> {
  readonly tenantUid: string;
  readonly eventUid: string;
  readonly action: Action;
  /** The payload as a receiver would parse it from the JSON, with `tenant.Uid`. */
  readonly data: Data;
  readonly orderingKey: string | undefined;
  readonly occurredAt: Date | undefined;
}

/** Keeps events in memory. If a uid is emitted again, it applies the same rule as the database. */
export class RecordingStore implements EventStore {
  readonly #events: { readonly event: NewEvent; readonly recorded: RecordedEvent }[] = [];

  get events(): RecordedEvent[] {
    return this.#events.map(({ recorded }) => recorded);
  }

  clear(): void {
    this.#events.length = 0;
  }

  insert(events: readonly NewEvent[]): Promise<InsertedEvent[]> {
    return Promise.resolve(this.insertSync(events));
  }

  insertSync(events: readonly NewEvent[]): InsertedEvent[] {
    return events.map((event) => this.#insert(event));
  }

  #insert(event: NewEvent): InsertedEvent {
    const { tenantUid, eventUid } = event;
    const earlier = this.#events.find(
      (entry) => entry.event.tenantUid === tenantUid && entry.event.eventUid === eventUid,
    );
    if (earlier) return { eventUid, duplicate: earlier.event.body === event.body ? 'same' : 'different' };
    this.#events.push({ event, recorded: recordedOf(event) });
    return { eventUid, duplicate: 'none' };
  }
}

function recordedOf({ tenantUid, eventUid, action, body, orderingKey, occurredAt }: NewEvent): RecordedEvent {
  const { action: _action, ...data } = JSON.parse(body) as Record<string, unknown>;
  return {
    tenantUid,
    eventUid,
    action,
    data,
    orderingKey: orderingKey ?? undefined,
    occurredAt: occurredAt === null ? undefined : new Date(occurredAt),
  };
}
