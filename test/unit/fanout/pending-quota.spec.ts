import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TenantShare } from '../../../lib/fanout/tenant-shares.js';
import { PendingQuota } from '../../../lib/fanout/pending-quota.js';
import type { QueueCountStore } from '../../../lib/persistence/ports/queue-count-store.js';
import type { MissedReason } from '../../../lib/domain/delivery-status.js';

const LIMIT = 10_000;
/** Number of pending deliveries from which on the interval between counts depends on their cost. */
const LONG_QUEUE = 50_000;

describe('PendingQuota', () => {
  let quota: PendingQuota;
  /** The number of pending deliveries in the database, by tenant. */
  let pending: Record<string, number>;
  /** The tenants that were counted, in order. */
  let looks: string[];
  /** How long a count takes, in ms. */
  let costMs: number;
  let warnings: [tenantUid: string, pending: number][];
  let near: [tenantUid: string, pending: number][];
  let now: number;
  let events: number;

  beforeEach(() => {
    [pending, looks, warnings, near, now, events, costMs] = [{}, [], [], [], 0, 0, 0];
    quota = quotaOf(LIMIT);
  });

  const store: QueueCountStore = {
    pending: (tenantUid, most) => {
      looks.push(tenantUid);
      now += costMs;
      return Promise.resolve(Math.min(pending[tenantUid] ?? 0, most));
    },
  };
  const quotaOf = (limit: number): PendingQuota =>
    new PendingQuota(store, {
      limit,
      onNear: (...notice) => near.push(notice),
      onExceeded: (...warning) => warnings.push(warning),
      monotonicNow: () => now,
    });

  const share = (tenantUid: string, count: number, missedReason: MissedReason | null = null): TenantShare => {
    const deliveries = Array.from({ length: count }, () => ({
      eventId: ++events,
      tenantUid,
      tenantId: 1,
      transportId: 1,
      webhookId: 1,
      missedReason,
      orderingKey: null,
    }));
    return {
      events: deliveries.map(({ eventId }) => ({
        id: eventId,
        tenantUid,
        transportIds: null,
        mayExist: false,
        left: [],
      })),
      deliveries,
    };
  };
  /** Fans out as a round does. @returns how many were queued of each share */
  const round = async (...shares: TenantShare[]): Promise<number[]> => {
    const admitted = await quota.admit(shares);
    for (const one of admitted) {
      const queued = one.deliveries.filter(({ missedReason }) => missedReason === null);
      const [first] = one.deliveries;
      if (first) pending[first.tenantUid] = (pending[first.tenantUid] ?? 0) + queued.length;
      quota.written(one, new Set(one.events.map(({ id }) => id)));
    }
    return admitted.map(
      ({ deliveries }) => deliveries.filter(({ missedReason }) => missedReason === null).length,
    );
  };

  it('does not count tenants that emit little', async () => {
    for (let n = 0; n < 500; n++) await round(share(`shop-${n}`, 10));
    expect(looks).toEqual([]);
  });

  it('counts a tenant once after it was given many deliveries, and again after a while', async () => {
    await round(share('one', 100), share('another', 100), share('small', 1));
    for (let n = 0; n < 20; n++) await round(share('one', 100), share('small', 0));
    expect(looks).toEqual(['one', 'another']);
    now += 2_000;
    await round(share('one', 100));
    expect(looks).toEqual(['one', 'another', 'one']);
  });

  it('queues up to the limit and not one more; the rest is missed, with a warning once in a while', async () => {
    pending['shop'] = LIMIT - 30;
    const full = share('shop', 100);
    const [admitted] = await quota.admit([full]);
    expect(admitted!.events).toBe(full.events);
    expect(admitted!.deliveries.map(({ missedReason }) => missedReason)).toEqual([
      ...Array.from({ length: 30 }, () => null),
      ...Array.from({ length: 70 }, () => 'QUOTA_EXCEEDED'),
    ]);
    pending['shop'] = LIMIT;
    quota.written(admitted!, new Set(full.events.map(({ id }) => id)));
    for (let n = 0; n < 5; n++) expect(await round(share('shop', 3))).toEqual([0]);
    expect(warnings).toEqual([['shop', LIMIT - 30]]);
    now += 600_000;
    await round(share('shop', 3));
    expect(warnings).toHaveLength(2);
  });

  it('counts what it queues itself between two counts of the database', async () => {
    pending['shop'] = LIMIT - 250;
    expect(await round(share('shop', 100))).toEqual([100]);
    pending['shop'] = LIMIT - 250;
    expect(await round(share('shop', 100))).toEqual([100]);
    expect(looks).toHaveLength(1);
  });

  it('counts again before it misses anything, since deliveries end meanwhile', async () => {
    pending['shop'] = LIMIT - 100;
    await round(share('shop', 100));
    pending['shop'] = 0;
    expect(await round(share('shop', 100))).toEqual([100]);
    expect(warnings).toEqual([]);
  });

  it('counts a tenant over its quota ten times a second at most, and queues again when it is below the quota', async () => {
    pending['shop'] = LIMIT;
    for (let n = 0; n < 50; n++) {
      expect(await round(share('shop', 11))).toEqual([0]);
      now += 10;
    }
    expect(looks.length).toBeLessThanOrEqual(6);
    pending['shop'] = LIMIT - 2;
    now += 100;
    expect(await round(share('shop', 5))).toEqual([2]);
  });

  it('counts a long queue for a twentieth of the time at most', async () => {
    costMs = 500;
    quota = quotaOf(LONG_QUEUE);
    pending['shop'] = LONG_QUEUE;
    expect(await round(share('shop', 60))).toEqual([0]);
    pending['shop'] = 0;
    now += 9_999;
    expect(await round(share('shop', 60))).toEqual([0]);
    expect(looks).toEqual(['shop']);
    now += 1;
    expect(await round(share('shop', 60))).toEqual([60]);
    expect(looks).toEqual(['shop', 'shop']);
  });

  it('keeps tenants apart', async () => {
    pending['full'] = LIMIT;
    expect(await round(share('full', 50), share('other', 50))).toEqual([0, 50]);
  });

  it('leaves deliveries that are missed anyway as they are, and counts only queued ones', async () => {
    pending['shop'] = LIMIT - 20;
    const disabled = share('shop', 50, 'TRANSPORT_DISABLED');
    const [admitted] = await quota.admit([disabled]);
    expect(admitted!.deliveries).toEqual(disabled.deliveries);
    expect(warnings).toEqual([]);
    quota.written(share('shop', 20), new Set());
    expect(await round(share('shop', 20))).toEqual([20]);
  });

  it('says how many tenants have missed something recently', async () => {
    [pending['one'], pending['two']] = [LIMIT, LIMIT];
    await round(share('one', 11), share('three', 11));
    now += 30_000;
    await round(share('two', 11));
    expect(quota.exceeded).toBe(2);
    now += 45_000;
    expect(quota.exceeded).toBe(1);
  });

  it('remembers a bounded number of tenants', async () => {
    pending['shop'] = LIMIT;
    await round(share('shop', 11));
    for (let n = 0; n < 10_001; n++) await round(share(`shop-${n}`, 1));
    expect(await round(share('shop', 1))).toEqual([1]);
  });

  it('reports once in ten minutes that a tenant has 80 % of its quota', async () => {
    pending = { shop: 0.8 * LIMIT - 1, other: 0.8 * LIMIT };
    await round(share('shop', 20), share('other', 20));
    expect(near).toEqual([['other', 0.8 * LIMIT]]);
    now += 3_000;
    await round(share('shop', 20), share('other', 20));
    expect(near).toEqual([
      ['other', 0.8 * LIMIT],
      ['shop', 0.8 * LIMIT + 19],
    ]);
    now += 600_000;
    await round(share('other', 20));
    expect(near.slice(2)).toEqual([['other', 0.8 * LIMIT + 40]]);
  });
});
