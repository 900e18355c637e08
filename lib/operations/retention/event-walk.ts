import type { RetentionPeriods, RetentionPolicy } from '../../domain/retention.js';
import type { OldEvent, RetentionStore } from '../../persistence/ports/retention-store.js';
import type { PacedBatches } from './paced-batches.js';

/** Events that are read at once. */
const EVENTS = 500;

/** Positions of the walks, as stored in the database. Each is the id of the last event that the walk has looked at. */
export interface EventPositions {
  /** By the value of `unmatchedMs`. */
  readonly unmatched: Record<string, number>;
  /** By the value of `bodyMs`. */
  readonly bodies: Record<string, number>;
  /** Position of the check for events that the other walks have missed. */
  checked: number;
}

export const noEventPositions = (): EventPositions => ({ unmatched: {}, bodies: {}, checked: 0 });

/**
 * Deletes events without deliveries, and erases bodies early, once they are older than their tenant's periods.
 *
 * A walk reads events in the order of ids, which is that of their creation. It looks at each event once, when the event is
 * older than the period of the walk. There is one walk for each different period, so a tenant with a longer period delays no
 * other one. The positions are stored, so that no process begins at the first event again.
 *
 * A walk may miss an event for two reasons: the event was still in the outbox or had a pending delivery when the walk looked at
 * it, or two processes deleted its last two deliveries at the same moment. So each run also checks the next 500 events by both
 * periods of their tenants. After the last event, this check begins again at the first.
 */
export class EventWalk {
  constructor(
    private readonly store: RetentionStore,
    private readonly policy: RetentionPolicy,
    private readonly now: () => number,
  ) {}

  /** @throws {Interrupted} */
  async run(batches: PacedBatches, positions: EventPositions): Promise<void> {
    for (const ageMs of this.policy.valuesOf('unmatchedMs')) {
      await this.#walk(positions.unmatched, ageMs, batches, true, (events) =>
        this.#remove(batches, events.filter(this.#has('unmatchedMs', ageMs))),
      );
    }
    for (const ageMs of this.policy.valuesOf('bodyMs')) {
      await this.#walk(positions.bodies, ageMs, batches, false, (events) =>
        this.#erase(batches, events.filter(this.#has('bodyMs', ageMs))),
      );
    }
    await this.#check(batches, positions);
  }

  /** Looks at the events from the stored position to the first one that is younger than `ageMs`. */
  async #walk(
    positions: Record<string, number>,
    ageMs: number,
    batches: PacedBatches,
    withReferences: boolean,
    handle: (events: OldEvent[]) => Promise<void>,
  ): Promise<void> {
    // The walk of a new period begins at the lowest position of the other walks: all of them have passed the events before it.
    let position = positions[ageMs] ?? Math.min(...Object.values(positions), Number.MAX_SAFE_INTEGER);
    if (position === Number.MAX_SAFE_INTEGER) position = 0;
    for (;;) {
      const events = await batches.read(() => this.store.oldestEvents(position, EVENTS, withReferences));
      const end = endOf(events, this.now(), ageMs);
      await handle(events.slice(0, end));
      position = events[end - 1]?.id ?? position;
      positions[ageMs] = position;
      if (end < EVENTS) return;
    }
  }

  /** Checks the next events of all tenants, each by both periods of its tenant. */
  async #check(batches: PacedBatches, positions: EventPositions): Promise<void> {
    const events = await batches.read(() => this.store.oldestEvents(positions.checked, EVENTS, true));
    const now = this.now();
    const isOlder = ({ createdAt }: OldEvent, ageMs: number | undefined): boolean =>
      ageMs !== undefined && createdAt < now - ageMs;
    const periods = (event: OldEvent): RetentionPeriods => this.policy.of(event.tenantUid);
    await this.#remove(
      batches,
      events.filter((event) => isOlder(event, periods(event).unmatchedMs)),
    );
    await this.#erase(
      batches,
      events.filter((event) => isOlder(event, periods(event).bodyMs)),
    );
    positions.checked = events.length < EVENTS ? 0 : events.at(-1)!.id;
  }

  #has(period: 'unmatchedMs' | 'bodyMs', ageMs: number): (event: OldEvent) => boolean {
    return ({ tenantUid }) => this.policy.of(tenantUid)[period] === ageMs;
  }

  #remove(batches: PacedBatches, events: readonly OldEvent[]): Promise<void> {
    const unused = events.filter(({ isReferred }) => !isReferred);
    return batches.write(unused, async (batch) => (await this.store.removeEvents(idsOf(batch))).tookMs);
  }

  #erase(batches: PacedBatches, events: readonly OldEvent[]): Promise<void> {
    const whole = events.filter(({ hasBody }) => hasBody);
    return batches.write(
      whole,
      async (batch) => (await this.store.eraseBodies(idsOf(batch), this.now())).tookMs,
    );
  }
}

const idsOf = (events: readonly OldEvent[]): number[] => events.map(({ id }) => id);

/** Index of the first event that is too young. Creation dates in the future do not count: the clock was wrong then. */
function endOf(events: readonly OldEvent[], now: number, ageMs: number): number {
  const index = events.findIndex(({ createdAt }) => createdAt >= now - ageMs && createdAt <= now);
  return index === -1 ? events.length : index;
}
