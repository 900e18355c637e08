import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Places } from '../../../lib/domain/places.js';

const ORIGIN = 'https://hub.com';

/** Takes places for as long as they are admitted, at most `most`. @returns how many */
const takeAll = (places: Places, tenantUid: string, origin: string, most = 1_000): number => {
  let taken = 0;
  while (taken < most && places.admits(tenantUid, origin)) {
    places.acquire(tenantUid, origin);
    taken++;
  }
  return taken;
};

describe('Places', () => {
  it('admits as many as there are, to tenants and origins that hold none', () => {
    const places = new Places(8, 8);
    for (let n = 0; n < 8; n++) expect(takeAll(places, `tenant-${n}`, `https://${n}.com`, 1)).toBe(1);
    expect(places.admits('another', 'https://another.com')).toBe(false);
  });

  it('keeps the last quarter for tenants that hold none, however many receivers a tenant has', () => {
    const places = new Places(8, 8);
    for (let n = 0; n < 6; n++) expect(takeAll(places, 'hanging', `https://${n}.com`, 1)).toBe(1);
    expect(places.admits('hanging', 'https://7.com')).toBe(false);
    expect(places.admits('another', 'https://another.com')).toBe(true);
  });

  it('keeps the last quarter for origins that hold none, however many tenants send to an origin', () => {
    const places = new Places(8, 8);
    for (let n = 0; n < 6; n++) expect(takeAll(places, `tenant-${n}`, ORIGIN, 1)).toBe(1);
    expect(places.admits('another', ORIGIN)).toBe(false);
    expect(places.admits('another', 'https://another.com')).toBe(true);
  });

  it('admits an origin up to the limit of one origin, also if no other place is taken', () => {
    const places = new Places(8, 4);
    expect(takeAll(places, 'shop', ORIGIN)).toBe(4);
    expect(takeAll(places, 'shop', 'https://other.com')).toBe(2);
  });

  it('does not limit an unknown origin, of which only the tenant counts', () => {
    const places = new Places(8, 1);
    expect(takeAll(places, 'shop', '')).toBe(6);
    expect(places.isNewcomer('another', '')).toBe(true);
  });

  it('has no reserve with fewer than four places', () => {
    expect([1, 2, 3, 4].map((size) => takeAll(new Places(size, size), 'shop', ORIGIN))).toEqual([1, 2, 3, 3]);
  });

  it('says when only the reserve is left', () => {
    const places = new Places(8, 8);
    takeAll(places, 'shop', ORIGIN, 5);
    expect(places.isReserveOnly).toBe(false);
    takeAll(places, 'shop', ORIGIN, 1);
    expect([places.isReserveOnly, places.taken, places.free]).toEqual([true, 6, 2]);
  });

  it('counts right for tens of thousands of names, of which it remembers a bounded number', () => {
    const places = new Places(8, 4);
    places.acquire('stays', ORIGIN);
    for (let n = 0; n < 20_000; n++) {
      places.acquire(`tenant-${n}`, `https://${n}.com`);
      places.release(`tenant-${n}`, `https://${n}.com`);
    }
    expect([places.taken, places.isNewcomer('stays', ''), places.isNewcomer('tenant-1', '')]).toEqual([
      1,
      false,
      true,
    ]);
  });

  const holder = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c'),
    origin: fc.constantFrom('x', 'y', 'z', ''),
  });
  const step = fc.record({ holder, gives: fc.boolean() });

  it('keeps both rules, in whatever order places are taken and freed', () => {
    const sizes = fc.integer({ min: 1, max: 12 });
    const steps = fc.array(step, { maxLength: 100, size: 'max' });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 12 }), steps, (size, perOrigin, steps) => {
        const places = new Places(size, perOrigin);
        const held: { tenant: string; origin: string }[] = [];
        const count = (key: 'tenant' | 'origin', name: string) =>
          held.filter((one) => one[key] === name).length;
        for (const { holder, gives } of steps) {
          const { tenant, origin } = holder;
          const index = held.findIndex((one) => one.tenant === tenant && one.origin === origin);
          if (gives && index >= 0) {
            held.splice(index, 1);
            places.release(tenant, origin);
          } else if (!gives) {
            const ofOrigin = origin === '' ? 0 : count('origin', origin);
            const isNewcomer = count('tenant', tenant) === 0 && ofOrigin === 0;
            const isLastQuarter = size - held.length <= Math.floor(size / 4);
            const isAdmitted = held.length < size && ofOrigin < perOrigin && (isNewcomer || !isLastQuarter);
            expect(places.admits(tenant, origin)).toBe(isAdmitted);
            if (isAdmitted) {
              held.push(holder);
              places.acquire(tenant, origin);
            }
          }
          expect([places.taken, places.free]).toEqual([held.length, size - held.length]);
        }
      }),
    );
  });

  it('admits a newcomer however many places one tenant and one origin have taken', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 64 }), fc.array(holder, { maxLength: 200 }), (size, others) => {
        const places = new Places(size, Math.floor(size / 2));
        for (const { tenant, origin } of others) {
          // One tenant with many receivers, and one receiver with many tenants.
          takeAll(places, 'hanging', `https://${origin}.com`, 1);
          takeAll(places, `hanging-${tenant}`, ORIGIN, 1);
        }
        const newcomers = places.free;
        expect(newcomers).toBeGreaterThan(0);
        expect(places.admits('newcomer', 'https://newcomer.com')).toBe(true);
      }),
    );
  });
});
