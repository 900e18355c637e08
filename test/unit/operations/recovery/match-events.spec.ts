import { describe, expect, it } from '@jest/globals';
import { recoveredKey } from '../../../../lib/domain/recovery.js';
import {
  candidateFor,
  matchEvents,
  type ReplayWebhook,
} from '../../../../lib/operations/recovery/match-events.js';
import type { ScannedEvent } from '../../../../lib/persistence/ports/recovery-store.js';

const event = (id: number, action: string, createdAt = 100): ScannedEvent => ({
  id,
  eventUid: `event-${id}`,
  action,
  orderingKey: 'k',
  createdAt,
  hasBody: true,
});
const webhook = (id: number, action: string, more: Partial<ReplayWebhook> = {}): ReplayWebhook => ({
  id,
  action,
  enabled: true,
  ordered: false,
  ...more,
});
const ALL = { since: 0, until: 1_000, actions: undefined, webhookId: null };

describe('matching events for a replay', () => {
  it('takes the most specific webhook, and of equal ones the oldest', () => {
    const webhooks = [
      webhook(3, 'ORDER_SETTLED'),
      webhook(2, 'ORDER_SETTLED'),
      webhook(1, '*'),
      webhook(4, 'ORDER_*'),
    ];
    const matched = matchEvents(
      [event(1, 'ORDER_SETTLED'), event(2, 'ORDER_PAID'), event(3, 'PRICE_CHANGED')],
      webhooks,
      ALL,
    );
    expect(matched.map((match) => [match.event.id, match.webhook.id])).toEqual([
      [1, 2],
      [2, 4],
      [3, 1],
    ]);
  });

  it('leaves out what is outside of the time, of other actions, or matched by no enabled webhook', () => {
    const events = [
      event(1, 'A', 9),
      event(2, 'A', 10),
      event(3, 'A', 20),
      event(4, 'A', 21),
      event(5, 'B', 15),
    ];
    const filter = { ...ALL, since: 10, until: 20, actions: ['A'] };
    expect(matchEvents(events, [webhook(1, '*')], filter).map((match) => match.event.id)).toEqual([2, 3]);
    expect(matchEvents(events, [webhook(1, '*', { enabled: false })], filter)).toEqual([]);
    expect(matchEvents(events, [webhook(1, '*')], { ...filter, webhookId: 2 })).toEqual([]);
  });

  it('gives ordered deliveries a key that no fresh delivery has', () => {
    const [match] = matchEvents([event(1, 'A')], [webhook(1, '*', { ordered: true })], ALL);
    expect(candidateFor(match!)).toEqual({
      eventId: 1,
      webhookId: 1,
      orderingKey: recoveredKey('k'),
      hasBody: true,
    });
    expect(recoveredKey('k')).not.toBe('k');
    expect(recoveredKey('x'.repeat(255))).toHaveLength(255);
  });
});
