import { describe, expect, it } from '@jest/globals';
import type { WebhookDelivery, WebhookEventExplanation } from 'nestjs-tillhook';
import { eventStory } from '../../../lib/cli/events/event-story.js';

type Line = WebhookEventExplanation['items'][number];

const EVENT: WebhookEventExplanation['event'] = {
  eventUid: 'evt_1',
  action: 'ORDER_SETTLED',
  createdAt: '2026-03-14T09:26:53.120Z',
  occurredAt: '2026-03-14T09:26:50.000Z',
  orderingKey: null,
  fannedOut: false,
  body: null,
} as WebhookEventExplanation['event'];

const deliveryOf = (given: Partial<WebhookDelivery>): WebhookDelivery =>
  ({
    deliveryUid: 'dlv_1',
    webhookUid: 'all',
    status: 'DELIVERED',
    attempts: 1,
    finishedAt: '2026-03-14T09:30:00.000Z',
    lastStatusCode: null,
    lastErrorCode: null,
    reason: null,
    ...given,
  }) as WebhookDelivery;

const LINE = {
  webhookUid: 'tills',
  httpTransportUid: 'erp',
  deleted: false,
  outcome: 'NO_DELIVERY',
  reason: null,
  basis: 'RECORDED',
  changedSince: null,
  delivery: null,
  waitsFor: [],
} as unknown as Line;

/** The sentences about one webhook. */
const sentencesOf = (given: Partial<Line>): string[] =>
  eventStory({ event: EVENT, items: [{ ...LINE, ...given }] })
    .split(/^Webhook .*\n/m)[1]!
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());

describe('the explanation of an event on the command line', () => {
  it('says that fan-out is not done, that the body is gone, and that there are no webhooks', () => {
    expect(eventStory({ event: EVENT, items: [] })).toBe(
      [
        'Event         evt_1',
        'Action        ORDER_SETTLED',
        'Emitted       2026-03-14 09:26:53Z',
        'Occurred      2026-03-14 09:26:50Z',
        'Ordering key  -',
        'Fan-out       not done: deliveries may still be created',
        'Body          erased, or expired',
        '',
        'The tenant has no webhooks.',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<WebhookDelivery>]>([
    [
      'Delivered at 2026-03-14 09:30:00Z by attempt 3 (status 204).',
      { status: 'DELIVERED', attempts: 3, lastStatusCode: 204 },
    ],
    [
      'Failed at 2026-03-14 09:30:00Z after 2 attempts, the last one with TIMEOUT (EXHAUSTED).',
      { status: 'FAILED', attempts: 2, lastErrorCode: 'TIMEOUT', reason: 'EXHAUSTED' },
    ],
    [
      'Cancelled at 2026-03-14 09:30:00Z after 1 attempt, the last one with no response.',
      { status: 'CANCELLED' },
    ],
    ['Pending without an attempt.', { status: 'PENDING', attempts: 0, finishedAt: null }],
  ])('shows the outcome of a delivery: %s', (sentence, delivery) => {
    expect(sentencesOf({ outcome: 'DELIVERY', delivery: deliveryOf(delivery) })).toEqual([
      `${sentence} Delivery dlv_1.`,
      'Recorded when it happened.',
    ]);
  });

  it.each<[string, Partial<Line>]>([
    ['The event waits for fan-out. The delivery will be created.', { outcome: 'WAITING', reason: 'FAN_OUT' }],
    [
      'No delivery: another webhook of the transport matches the event, and a transport gets each event once. See all.',
      { reason: 'OTHER_WEBHOOK', delivery: deliveryOf({}) },
    ],
    [
      'Not known: the webhook matches the event now, but was changed after it. Either it did not match then, or the record was deleted.',
      { outcome: 'UNKNOWN', reason: 'CONFIGURATION_CHANGED' },
    ],
  ])('shows why there is no delivery: %s', (sentence, line) => {
    expect(sentencesOf(line)[0]).toBe(sentence);
  });

  it('shows what each outcome is based on, and marks a deleted webhook', () => {
    expect(sentencesOf({ basis: 'EXPIRED' })[1]).toBe('The record was deleted.');
    expect(sentencesOf({ basis: 'DERIVED', changedSince: false })[1]).toBe(
      'Derived from the present configuration, which has not changed since.',
    );
    expect(eventStory({ event: EVENT, items: [{ ...LINE, deleted: true }] })).toContain(
      '\nWebhook tills of transport erp (deleted)\n',
    );
  });

  it('names the earlier delivery that a delivery waits behind', () => {
    const waitsFor: Line['waitsFor'] = [{ cause: 'EARLIER_DELIVERY', deliveryUid: 'dlv_0', until: null }];
    const pending = deliveryOf({ status: 'PENDING', attempts: 0 });
    expect(sentencesOf({ outcome: 'DELIVERY', delivery: pending, waitsFor })[1]).toBe(
      'Waits behind an earlier delivery with the same ordering key, dlv_0.',
    );
  });
});
