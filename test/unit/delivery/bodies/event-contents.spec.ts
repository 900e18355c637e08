import { describe, expect, it } from '@jest/globals';
import { BODY_VALID_MS, EventContents } from '../../../../lib/delivery/bodies/event-contents.js';

const content = (eventId: number, body = 'x'.repeat(10)) => ({
  eventId,
  eventUid: `event-${eventId}`,
  action: 'ORDER_SETTLED',
  body,
  traceparent: null,
  emittedAt: 1,
});

describe('EventContents', () => {
  it('makes the bytes of a body once', () => {
    const contents = new EventContents(100);
    const added = contents.add(content(1, '{"name":"Käse"}'));
    expect(added).toEqual({
      eventId: 1,
      eventUid: 'event-1',
      action: 'ORDER_SETTLED',
      body: Buffer.from('{"name":"Käse"}', 'utf8'),
      traceparent: null,
      emittedAt: 1,
    });
    expect(contents.get(1)).toBe(added);
    expect(contents.add(content(1))).toBe(added);
  });

  it('returns no body that was not added', () => {
    const contents = new EventContents(100);
    expect(contents.get(1)).toBeUndefined();
    expect(contents.has(1)).toBe(false);
  });

  it('drops the least recently used when it is full, a quarter of its capacity at once', () => {
    const contents = new EventContents(40);
    for (const id of [1, 2, 3, 4]) contents.add(content(id, 'x'.repeat(10)));
    contents.get(1);
    contents.add(content(5, 'x'.repeat(10)));
    expect([1, 2, 3, 4, 5].filter((id) => contents.has(id))).toEqual([1, 4, 5]);
  });

  it('drops all other bodies for one that is larger than the capacity', () => {
    const contents = new EventContents(40);
    for (const id of [1, 2]) contents.add(content(id, 'x'.repeat(10)));
    contents.add(content(3, 'x'.repeat(100)));
    expect([1, 2, 3].filter((id) => contents.has(id))).toEqual([3]);
  });

  it('counts bytes, not characters', () => {
    const contents = new EventContents(30);
    contents.add(content(1, 'ü'.repeat(10)));
    contents.add(content(2, 'ü'.repeat(10)));
    expect([1, 2].filter((id) => contents.has(id))).toEqual([2]);
  });

  it('keeps the newest body even if it alone is larger than the capacity', () => {
    const contents = new EventContents(5);
    contents.add(content(1));
    expect(contents.has(1)).toBe(true);
    contents.add(content(2));
    expect([1, 2].filter((id) => contents.has(id))).toEqual([2]);
  });

  it('forgets a body that was read too long ago, however often it is used: it may have been erased since', () => {
    let now = 0;
    const contents = new EventContents(30, () => now);
    contents.add(content(1));
    contents.add(content(2));
    now = BODY_VALID_MS - 1;
    expect(contents.get(1)).toBeDefined();
    now = BODY_VALID_MS;
    expect(contents.get(1)).toBeUndefined();
    expect(contents.has(2)).toBe(false);
    // Their bytes are free again.
    for (const id of [3, 4, 5]) contents.add(content(id));
    expect([3, 4, 5].filter((id) => contents.has(id))).toEqual([3, 4, 5]);
  });
});
