import type { OutboxCursor } from '../persistence/ports/fanout-store.js';

/** The outbox is read from the oldest event again at least this often, in ms, because events do not commit in the order of their ids. */
const HEAD_EVERY_MS = 1_000;

/** Up to where the outbox of each tenant has been read. */
export class OutboxPosition {
  /** Id of the last event that was passed, by tenant. Earlier rows are dead, or belong to events that cannot be fanned out yet. */
  readonly #lastIds = new Map<string, number>();
  #startedAt = -Infinity;

  /** Whether the next read begins with the oldest event of each tenant. */
  get isHead(): boolean {
    return this.#lastIds.size === 0;
  }

  /** Whether it is time to read from the oldest event again. */
  get isHeadDue(): boolean {
    return performance.now() - this.#startedAt > HEAD_EVERY_MS;
  }

  get cursors(): OutboxCursor[] {
    return [...this.#lastIds].map(([tenantUid, afterId]) => ({ tenantUid, afterId }));
  }

  startAtHead(): void {
    this.#lastIds.clear();
    this.#startedAt = performance.now();
  }

  /**
   * Moves each tenant's position up to its first event that has to be read again.
   *
   * @param events in the order in which they were read
   */
  advance<Event extends { readonly id: number; readonly tenantUid: string }>(
    events: readonly Event[],
    isPassed: (event: Event) => boolean,
  ): void {
    const stuck = new Set<string>();
    for (const event of events) {
      if (stuck.has(event.tenantUid)) continue;
      if (isPassed(event)) this.#lastIds.set(event.tenantUid, event.id);
      else stuck.add(event.tenantUid);
    }
  }
}
