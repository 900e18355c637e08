import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Announcer } from '../../../lib/wake-up/announcer.js';
import type { Notification } from '../../../lib/persistence/ports/carrier.js';

const channels = { events: 'events', work: 'work', settings: 'settings' };

describe('the announcer', () => {
  it('sends the first call at once, and all that come within 5 ms together', async () => {
    const sent: (readonly Notification[])[] = [];
    const announcer = new Announcer(channels, async (calls) => void sent.push(calls));
    announcer.announceEvents();
    expect(sent).toEqual([[{ channel: 'events', payload: '' }]]);
    for (let n = 1; n <= 100; n += 1) {
      announcer.announceEvents();
      announcer.announceWork([1, 2, n]);
      announcer.announceSettings();
    }
    await sleep(20);
    expect(sent).toHaveLength(2);
    expect(sent[1]!.map(({ channel }) => channel)).toEqual(['work', 'events', 'settings']);
    expect(sent[1]![0]!.payload.split(',')).toHaveLength(100);
    await announcer.close();
  });

  it('has one statement under way, and goes on after one that failed', async () => {
    let underWay = 0;
    let most = 0;
    const sent: (readonly Notification[])[] = [];
    const announcer = new Announcer(channels, async (calls) => {
      most = Math.max(most, ++underWay);
      sent.push(calls);
      await sleep(20);
      underWay -= 1;
      if (sent.length === 1) throw new Error('the database is away');
    });
    for (let n = 1; n <= 10; n += 1) {
      announcer.announceWork([n]);
      await sleep(5);
    }
    await announcer.close();
    expect(most).toBe(1);
    const numbers = sent.flatMap((calls) => calls.flatMap(({ payload }) => payload.split(',').map(Number)));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('sends nothing for no lanes, and nothing once it is closed', async () => {
    const sent: (readonly Notification[])[] = [];
    const announcer = new Announcer(channels, async (calls) => void sent.push(calls));
    announcer.announceWork([]);
    await announcer.close();
    announcer.announceEvents();
    await sleep(10);
    expect(sent).toEqual([]);
  });
});
