import { describe, expect, it } from '@jest/globals';
import { keptMs, resolveRetention } from '../../../lib/domain/retention.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('The option retention', () => {
  it('has defaults, and keeps bodies as long as their events', () => {
    expect(resolveRetention()!.of('shop')).toEqual({
      deliveredMs: 30 * DAY_MS,
      failedMs: 90 * DAY_MS,
      unmatchedMs: 24 * HOUR_MS,
      bodyMs: undefined,
    });
  });

  it('deletes nothing if it is false', () => {
    expect(resolveRetention(false)).toBeUndefined();
  });

  it('gives a tenant its own periods, then the general ones, then the defaults', () => {
    const policy = resolveRetention({
      failedDays: 2,
      bodyDays: 5,
      tenants: { shop: { deliveredDays: 1, bodyDays: 3 }, mall: {} },
    })!;
    const general = {
      deliveredMs: 30 * DAY_MS,
      failedMs: 2 * DAY_MS,
      unmatchedMs: DAY_MS,
      bodyMs: 5 * DAY_MS,
    };
    expect(policy.of('any')).toEqual(general);
    expect(policy.of('mall')).toEqual(general);
    expect(policy.of('shop')).toEqual({ ...general, deliveredMs: DAY_MS, bodyMs: 3 * DAY_MS });
  });

  it('accepts 1 to 3,650 days and 1 to 87,600 hours', () => {
    const periods = resolveRetention({ deliveredDays: 1, failedDays: 3_650, unmatchedHours: 87_600 })!.of('');
    expect(periods).toMatchObject({
      deliveredMs: DAY_MS,
      failedMs: 3_650 * DAY_MS,
      unmatchedMs: 87_600 * HOUR_MS,
    });
    expect(resolveRetention({ bodyDays: 3_650, unmatchedHours: 1 })!.of('')).toMatchObject({
      bodyMs: 3_650 * DAY_MS,
      unmatchedMs: HOUR_MS,
    });
  });

  it.each([
    ['retention.deliveredDays', { deliveredDays: 3_651 }],
    ['retention.failedDays', { failedDays: 0 }],
    ['retention.failedDays', { failedDays: Number.NaN }],
    ['retention.unmatchedHours', { unmatchedHours: 87_601 }],
    ['retention.bodyDays', { bodyDays: 3_651 }],
    ['retention.bodyDays', { bodyDays: 0.5 }],
    ['retention.bodyDays', { bodyDays: '7' as never }],
    ['retention.tenants.shop.bodyDays', { tenants: { shop: { bodyDays: 0 } } }],
    ['retention.tenants.shop', { tenants: { shop: { bodyDays: 1, hours: 1 } } }],
    ['retention.tenants.shop', { tenants: { shop: null as never } }],
    ['retention.tenants.shop', { tenants: { shop: 7 as never } }],
    ['retention.tenants', { tenants: null as never }],
    ['retention.tenants', { tenants: 7 as never }],
    ['retention.tenants', { tenants: [] as never }],
  ])('is refused with the name of the member at fault: %s', (option, given) => {
    expect(() => resolveRetention(given)).toThrow(InvalidOptionError);
    expect(() => resolveRetention(given)).toThrow(`"${option}"`);
  });
});

describe('A retention policy', () => {
  const policy = resolveRetention({
    unmatchedHours: 10,
    tenants: { a: { unmatchedHours: 2 }, b: { unmatchedHours: 100, bodyDays: 1 }, c: { unmatchedHours: 2 } },
  })!;

  it('lists the different periods of its tenants once each, the shortest first', () => {
    expect(policy.valuesOf('unmatchedMs')).toEqual([2 * HOUR_MS, 10 * HOUR_MS, 100 * HOUR_MS]);
  });

  it('lists no period for tenants that keep bodies as long as their events', () => {
    expect(policy.valuesOf('bodyMs')).toEqual([DAY_MS]);
  });

  it('keeps delivered deliveries for their period, and all others for the period of failed ones', () => {
    const kept = (['DELIVERED', 'FAILED', 'MISSED', 'CANCELLED'] as const).map((status) =>
      keptMs(policy.of('a'), status),
    );
    expect(kept).toEqual([30 * DAY_MS, 90 * DAY_MS, 90 * DAY_MS, 90 * DAY_MS]);
  });
});
