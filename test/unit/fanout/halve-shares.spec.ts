import { describe, expect, it } from '@jest/globals';
import type { TenantShare } from '../../../lib/fanout/tenant-shares.js';
import { halveShares } from '../../../lib/fanout/halve-shares.js';

/** A share with these events, each of which goes to two transports. */
const share = (tenantUid: string, ...ids: number[]): TenantShare => ({
  events: ids.map((id) => ({ id, tenantUid, transportIds: null, mayExist: false, left: [] })),
  deliveries: ids.flatMap((eventId) =>
    [1, 2].map((transportId) => ({
      eventId,
      tenantUid,
      tenantId: 1,
      transportId,
      webhookId: 1,
      missedReason: null,
      orderingKey: null,
    })),
  ),
});

describe('halveShares', () => {
  it('divides by tenants first, each of which keeps its events', () => {
    const shares = [share('a', 1, 2), share('b', 3), share('c', 4)];
    expect(halveShares(shares)).toEqual([shares.slice(0, 1), shares.slice(1)]);
  });

  it('divides the events of one tenant in their order, with their deliveries', () => {
    expect(halveShares([share('a', 1, 2, 3)])).toEqual([[share('a', 1)], [share('a', 2, 3)]]);
  });

  it('cannot divide a single event', () => {
    expect(halveShares([share('a', 1)])).toBeUndefined();
    expect(halveShares([])).toBeUndefined();
  });

  it('finds the event at fault among many tenants, and loses none', () => {
    const shares = [share('a', 1, 2, 3), share('b', 4), share('c', 5, 6, 7, 8)];
    const written: number[] = [];
    const refused: number[] = [];
    const write = (part: readonly TenantShare[]): void => {
      const ids = part.flatMap(({ events }) => events.map(({ id }) => id));
      if (!ids.includes(6)) written.push(...ids);
      else {
        const halves = halveShares(part);
        if (halves) halves.forEach(write);
        else refused.push(...ids);
      }
    };
    write(shares);
    expect([written, refused]).toEqual([[1, 2, 3, 4, 5, 7, 8], [6]]);
  });
});
