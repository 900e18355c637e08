import { describe, expect, it } from '@jest/globals';
import { uniqueEvents } from '../../../lib/emitter/unique-events.js';
import { EventConflictError } from '../../../lib/errors/emit.errors.js';
import type { NewEvent } from '../../../lib/persistence/ports/event-store.js';

const event = (eventUid: string, body = '{}'): NewEvent => ({
  tenantUid: '7',
  eventUid,
  action: 'ORDER_SETTLED',
  orderingKey: null,
  body,
  occurredAt: null,
});

describe('uniqueEvents', () => {
  it('keeps the first of those that repeat each other, in the order given', () => {
    const [a, b, c] = [event('a'), event('b'), event('c')];
    expect(uniqueEvents([b, a, event('b'), c, event('a')])).toEqual([b, a, c]);
  });

  it('leaves a batch without repetitions alone', () => {
    const batch = [event('b'), event('a')];
    expect(uniqueEvents(batch)).toBe(batch);
  });

  it('refuses one uid for two different events', () => {
    expect(() => uniqueEvents([event('a'), event('a', '{"x":1}')])).toThrow(EventConflictError);
  });
});
