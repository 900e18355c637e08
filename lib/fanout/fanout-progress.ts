import { grouped } from '../domain/grouped.js';
import type {
  FanoutResult,
  PlannedDelivery,
  PlannedEvent,
  UnfannedEvent,
} from '../persistence/fanout-store.js';

/** Deliveries of one tenant per round: one with many webhooks or a long backlog delays the others by no more than that. */
const MOST_PER_TENANT = 1_000;

/** What one round does for one tenant. */
export interface TenantShare {
  readonly events: readonly PlannedEvent[];
  readonly deliveries: readonly PlannedDelivery[];
}

/** An event that has too many deliveries for one share. */
interface Progress {
  /** The last transport that has its delivery. */
  doneUpTo: number;
  /** A share left out a delivery, since its lane was locked: the event starts over after its last share. */
  hasGap: boolean;
}

/**
 * Divides the work of fan-out into shares of bounded size, and remembers the progress of an event that has too many
 * deliveries for one. Forgetting is safe: the database leaves out deliveries that exist already.
 */
export class FanoutProgress {
  readonly #underWay = new Map<number, Progress>();
  /** Unfinished events whose share is nevertheless the last one: they have a gap. */
  readonly #lastShares = new Set<number>();

  /** The next share of each tenant; its events are a prefix of those given. */
  shares(events: readonly UnfannedEvent[], deliveries: readonly PlannedDelivery[]): TenantShare[] {
    const byEvent = grouped(deliveries, ({ eventId }) => eventId);
    return [...grouped(events, ({ tenantUid }) => tenantUid).values()].map((own) =>
      this.#share(own, byEvent),
    );
  }

  /** Whether a part of the event's deliveries was written and the next share continues. */
  isUnderWay(eventId: number): boolean {
    return this.#underWay.has(eventId);
  }

  /**
   * The share has been written: unfinished events continue after it.
   *
   * @returns the events that start over, since the lane of one of their deliveries was locked
   */
  written({ events, deliveries }: TenantShare, { written, incomplete }: FanoutResult): number[] {
    const startingOver: number[] = [];
    for (const { id, isFinished } of events) {
      const isIncomplete = incomplete.has(id);
      if (!isIncomplete && !written.has(id)) continue;
      const hasGap = isIncomplete || (this.#underWay.get(id)?.hasGap ?? false);
      const last = deliveries.findLast(({ eventId }) => eventId === id);
      const isLastShare = isFinished || this.#lastShares.delete(id);
      if (!isLastShare && last) {
        this.#underWay.set(id, { doneUpTo: last.transportId, hasGap });
        continue;
      }
      this.#underWay.delete(id);
      if (hasGap) startingOver.push(id);
    }
    return startingOver;
  }

  #share(events: readonly UnfannedEvent[], byEvent: ReadonlyMap<number, PlannedDelivery[]>): TenantShare {
    const share = { events: [] as PlannedEvent[], deliveries: [] as PlannedDelivery[] };
    for (const { id, tenantUid } of events) {
      const left = this.#left(id, byEvent.get(id) ?? []);
      const capacity = MOST_PER_TENANT - share.deliveries.length;
      if (left.length > capacity && share.events.length > 0) break;
      const isLast = left.length <= capacity;
      const hasGap = this.#underWay.get(id)?.hasGap ?? false;
      if (isLast && hasGap) this.#lastShares.add(id);
      share.events.push({ id, tenantUid, isFinished: isLast && !hasGap });
      share.deliveries.push(...left.slice(0, capacity));
      if (!isLast) break;
    }
    return share;
  }

  #left(eventId: number, deliveries: readonly PlannedDelivery[]): readonly PlannedDelivery[] {
    const doneUpTo = this.#underWay.get(eventId)?.doneUpTo;
    if (doneUpTo === undefined && deliveries.length <= MOST_PER_TENANT) return deliveries;
    return deliveries
      .filter(({ transportId }) => transportId > (doneUpTo ?? 0))
      .sort((a, b) => a.transportId - b.transportId);
  }
}
