import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventLoader } from '../../../../lib/delivery/bodies/event-loader.js';
import type { EventContent } from '../../../../lib/persistence/ports/lane-store.js';

/** Returns bodies as the stores do: the oldest events first, until there are enough bytes. */
const contentsOf = (sizeOf: (eventId: number) => number) => {
  const queries: number[][] = [];
  const contents = async (eventIds: readonly number[], leastBytes: number): Promise<EventContent[]> => {
    queries.push([...eventIds]);
    await sleep(1);
    const found: EventContent[] = [];
    let bytes = 0;
    for (const eventId of [...eventIds].sort((one, other) => one - other)) {
      if (bytes >= leastBytes) break;
      const body = 'x'.repeat(sizeOf(eventId));
      bytes += body.length;
      found.push({ eventId, eventUid: String(eventId), action: 'A', body, traceparent: null, emittedAt: 0 });
    }
    return found;
  };
  return { contents, queries };
};

describe('EventLoader', () => {
  it('loads a body once for all callers that wait for it', async () => {
    const store = contentsOf(() => 10);
    const loader = new EventLoader(store);
    const events = await Promise.all([loader.load(1), loader.load(2), loader.load(1)]);
    expect(events.map((event) => event?.eventId)).toEqual([1, 2, 1]);
    expect(store.queries).toEqual([[1], [2]]);
  });

  it('serves a newer event although others keep asking for large bodies of older ones', async () => {
    const LARGE = 256 * 1024;
    const store = contentsOf((eventId) => (eventId < 1_000_000 ? LARGE : 10));
    const loader = new EventLoader(store);
    let oldest = 0;
    const over = new AbortController();
    const flood = async (): Promise<void> => {
      while (!over.signal.aborted) await loader.load((oldest += 1));
    };
    const floods = Array.from({ length: 100 }, flood);
    await sleep(20);
    const before = store.queries.length;
    expect((await loader.load(1_000_000))?.eventId).toBe(1_000_000);
    // Each query loads 32 of the bodies that were asked for before.
    expect(store.queries.length - before).toBeLessThan(10);
    over.abort();
    await Promise.all(floods);
  });

  it('fails for an event that cannot be read, and for no other', async () => {
    const { contents } = contentsOf(() => 10);
    const loader = new EventLoader({
      contents: async (eventIds, leastBytes) => {
        if (eventIds.includes(7)) throw Object.assign(new Error('unreadable'), { code: 'XX001' });
        return contents(eventIds, leastBytes);
      },
    });
    const loads = [5, 6, 7, 8].map((eventId) => loader.load(eventId));
    const results = await Promise.allSettled(loads);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});
