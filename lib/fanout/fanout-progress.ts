import { grouped } from '../domain/grouped.js';
import type { PlannedDelivery, PlannedEvent, UnfannedEvent } from '../persistence/fanout-store.js';

/** Deliveries of one tenant per round: one with many webhooks or a long backlog delays the others by no more than that. */
const MOST_PER_TENANT = 1_000;

/** What one round does for one tenant. */
export interface TenantShare {
  readonly events: readonly PlannedEvent[];
  readonly deliveries: readonly PlannedDelivery[];
}

/**
 * Divides the work of fan-out into shares of bounded size, and remembers how far an event has come that has too many
 * deliveries for one. Forgetting is safe: what has been written already is left out by the database.
 */
export class FanoutProgress {
  /** For an event that is not finished: the last transport that has its delivery. */
  readonly #doneUpTo = new Map<number, number>();

  /** The next share of each tenant; its events are a prefix of those given. */
  shares(events: readonly UnfannedEvent[], deliveries: readonly PlannedDelivery[]): TenantShare[] {
    const byEvent = grouped(deliveries, ({ eventId }) => eventId);
    return [...grouped(events, ({ tenantUid }) => tenantUid).values()].map((own) =>
      this.#share(own, byEvent),
    );
  }

  /** Whether a part of the event's deliveries was written and the next share continues. */
  isUnderWay(eventId: number): boolean {
    return this.#doneUpTo.has(eventId);
  }

  /** The share has been written: what is unfinished goes on after it. */
  written({ events, deliveries }: TenantShare, taken: ReadonlySet<number>): void {
    for (const { id, isFinished } of events) {
      if (!taken.has(id)) continue;
      const last = deliveries.findLast(({ eventId }) => eventId === id);
      if (isFinished || !last) this.#doneUpTo.delete(id);
      else this.#doneUpTo.set(id, last.transportId);
    }
  }

  #share(events: readonly UnfannedEvent[], byEvent: ReadonlyMap<number, PlannedDelivery[]>): TenantShare {
    const share = { events: [] as PlannedEvent[], deliveries: [] as PlannedDelivery[] };
    for (const { id, tenantUid } of events) {
      const left = this.#left(id, byEvent.get(id) ?? []);
      const room = MOST_PER_TENANT - share.deliveries.length;
      if (left.length > room && share.events.length > 0) break;
      share.events.push({ id, tenantUid, isFinished: left.length <= room });
      share.deliveries.push(...left.slice(0, room));
      if (left.length > room) break;
    }
    return share;
  }

  #left(eventId: number, deliveries: readonly PlannedDelivery[]): readonly PlannedDelivery[] {
    const doneUpTo = this.#doneUpTo.get(eventId);
    if (doneUpTo === undefined && deliveries.length <= MOST_PER_TENANT) return deliveries;
    return deliveries
      .filter(({ transportId }) => transportId > (doneUpTo ?? 0))
      .sort((a, b) => a.transportId - b.transportId);
  }
}
