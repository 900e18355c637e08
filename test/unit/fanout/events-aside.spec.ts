import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventsAside } from '../../../lib/fanout/events-aside.js';

describe('EventsAside', () => {
  let now: number;
  let aside: EventsAside;
  beforeEach(() => {
    now = 0;
    aside = new EventsAside(() => now);
  });

  it('lets an event wait, and no other', () => {
    aside.add(1);
    expect([aside.isWaiting(1), aside.isWaiting(2)]).toEqual([true, false]);
    now = 10;
    expect(aside.isWaiting(1)).toBe(false);
  });

  it('doubles the pause each time, up to five seconds', () => {
    const pauses: number[] = [];
    for (let times = 0; times < 12; times++) {
      aside.add(1);
      pauses.push(aside.nextInMs!);
      now += pauses.at(-1)!;
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_000, 5_000, 5_000]);
  });

  it('begins with the first pause again after the event was fanned out', () => {
    aside.add(1);
    aside.add(1);
    aside.delete(1);
    expect([aside.isWaiting(1), aside.nextInMs]).toEqual([false, undefined]);
    aside.add(1);
    expect(aside.nextInMs).toBe(10);
  });

  it('returns the time until the next event is tried again; 0: one is overdue', () => {
    aside.add(1);
    aside.add(1);
    aside.add(2);
    expect(aside.nextInMs).toBe(10);
    now = 500;
    expect(aside.nextInMs).toBe(0);
  });

  it('forgets an event that was due a minute ago: another process has fanned it out', () => {
    aside.add(1);
    now = 60_010;
    expect(aside.nextInMs).toBe(0);
    now = 60_011;
    expect(aside.nextInMs).toBeUndefined();
  });
});
