import { describe, expect, it } from '@jest/globals';
import { chooseLanes, type LaneCandidate } from '../../../../lib/delivery/lanes/choose-lanes.js';
import { Places } from '../../../../lib/domain/places.js';

let transports = 0;
const candidate = (
  tenantUid: string,
  origin = `https://${tenantUid}.com`,
  dueAt: number | null = 0,
): LaneCandidate => ({ transportId: ++transports, tenantUid, origin, encryptedWith: '', dueAt });
const candidates = (count: number, tenantUid: string, origin?: string) =>
  Array.from({ length: count }, () => candidate(tenantUid, origin));
const ALL = { isUsable: () => true, dueBefore: Infinity };

describe('chooseLanes', () => {
  it('chooses lanes in the order given, until only a quarter of the places is left, which is the reserve', () => {
    const due = candidates(10, 'big');
    const { chosen, isShort } = chooseLanes(due, new Places(8, 8), ALL);
    expect([chosen, isShort]).toEqual([due.slice(0, 6), true]);
  });

  it('gives the reserve to tenants and origins that hold no lane', () => {
    const due = [...candidates(7, 'big'), candidate('small'), candidate('other', 'https://big.com')];
    const { chosen } = chooseLanes(due, new Places(8, 8), ALL);
    expect(chosen.map(({ tenantUid }) => tenantUid)).toEqual([...Array<string>(6).fill('big'), 'small']);
  });

  it('gives an origin no more places than one origin may hold, however many tenants send to it', () => {
    const due = ['a', 'b', 'c', 'd'].map((tenantUid) => candidate(tenantUid, 'https://hub.com'));
    const { chosen, isShort } = chooseLanes(due, new Places(8, 2), ALL);
    expect([chosen, isShort]).toEqual([due.slice(0, 2), true]);
  });

  it('reports no shortage of places if every usable lane was chosen', () => {
    expect(chooseLanes(candidates(3, 'shop'), new Places(8, 8), ALL).isShort).toBe(false);
  });

  it('passes over lanes that this process cannot use, and does not count them as a shortage of places', () => {
    const [held, usable] = candidates(2, 'shop') as [LaneCandidate, LaneCandidate];
    const rules = { ...ALL, isUsable: (lane: LaneCandidate) => lane !== held };
    expect(chooseLanes([held, usable], new Places(8, 8), rules)).toEqual({
      chosen: [usable],
      isShort: false,
    });
  });

  it('leaves lanes that became due just now to idle processes, except lanes of a tenant and an origin that hold none', () => {
    const places = new Places(8, 8);
    places.acquire('busy', 'https://busy.com');
    const old = candidate('busy', undefined, 1_000);
    const fresh = candidate('busy', undefined, 1_001);
    const newcomer = candidate('new', undefined, 5_000);
    const rules = { ...ALL, dueBefore: 1_000 };
    expect(chooseLanes([old, fresh, newcomer], places, rules)).toEqual({
      chosen: [old, newcomer],
      isShort: false,
    });
  });

  it('chooses lanes that fan-out of this process has notified, however busy the process is', () => {
    const places = new Places(8, 8);
    places.acquire('shop', 'https://shop.com');
    const notified = candidate('shop', undefined, null);
    expect(chooseLanes([notified], places, { ...ALL, dueBefore: 1_000 }).chosen).toEqual([notified]);
  });

  it('takes the places of the chosen lanes', () => {
    const places = new Places(8, 8);
    chooseLanes(candidates(3, 'shop'), places, ALL);
    expect([places.taken, places.isNewcomer('shop', '')]).toEqual([3, false]);
  });
});
