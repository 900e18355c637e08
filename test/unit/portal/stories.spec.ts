import { describe, expect, it } from '@jest/globals';
import { orderedStories } from '../../../portal/src/pages/events/story-order.js';
import type { WebhookExplanation } from '../../../portal/src/api/types.js';

const story = (
  webhookUid: string,
  outcome: WebhookExplanation['outcome'],
  more: { status?: string; reason?: string } = {},
): WebhookExplanation =>
  ({
    webhookUid,
    outcome,
    reason: more.reason ?? null,
    delivery: more.status === undefined ? null : { status: more.status },
  }) as WebhookExplanation;

describe('the outcomes of an event for each subscription', () => {
  it('begin with failures, and leave out subscriptions for other event types', () => {
    const { own, others } = orderedStories([
      story('other', 'NO_DELIVERY', { reason: 'ACTION_DIFFERS' }),
      story('late', 'NO_DELIVERY', { reason: 'TRANSPORT_CREATED_LATER' }),
      story('delivered', 'DELIVERY', { status: 'DELIVERED' }),
      story('waiting', 'WAITING'),
      story('failed', 'DELIVERY', { status: 'FAILED' }),
      story('pending', 'DELIVERY', { status: 'PENDING' }),
    ]);
    expect(own.map(({ webhookUid }) => webhookUid)).toEqual([
      'failed',
      'pending',
      'waiting',
      'delivered',
      'late',
    ]);
    expect(others.map(({ webhookUid }) => webhookUid)).toEqual(['other']);
  });
});
