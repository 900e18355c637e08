import type { WebhookDelivery, WebhookEventExplanation } from '../../index.js';
import { printable } from '../output/printable.js';
import { facts, shortInstant } from '../output/table.js';

type Explained = Pick<WebhookEventExplanation, 'event' | 'items'>;
type WebhookLine = Explained['items'][number];
type Wait = WebhookLine['waitsFor'][number];

/** The explanation of an event as text: facts about the event, and a paragraph for each webhook. */
export function eventStory({ event, items }: Explained): string {
  const webhooks = items.length === 0 ? ['The tenant has no webhooks.\n'] : items.map(paragraphOf);
  return [eventFacts(event), ...webhooks].join('\n');
}

const eventFacts = (event: Explained['event']): string =>
  facts([
    ['Event', event.eventUid],
    ['Action', event.action],
    ['Emitted', shortInstant(event.createdAt)],
    ['Occurred', shortInstant(event.occurredAt)],
    ['Ordering key', event.orderingKey],
    ['Fan-out', event.fannedOut ? 'done' : 'not done: deliveries may still be created'],
    ['Body', event.body === null ? 'erased, or expired' : 'stored'],
  ]);

function paragraphOf(line: WebhookLine): string {
  const deleted = line.deleted ? ' (deleted)' : '';
  const sentences = [outcomeOf(line), ...line.waitsFor.map(waitText), basisText(line)];
  return `Webhook ${line.webhookUid} of transport ${line.httpTransportUid}${deleted}\n${sentences
    .map((sentence) => `  ${printable(sentence)}\n`)
    .join('')}`;
}

function outcomeOf({ outcome, reason, delivery }: WebhookLine): string {
  if (outcome === 'DELIVERY' && delivery)
    return `${deliveryText(delivery)} Delivery ${delivery.deliveryUid}.`;
  const why = reason === null ? '' : REASONS[reason];
  if (outcome === 'WAITING') return why;
  const other = reason === 'OTHER_WEBHOOK' && delivery ? ` See ${delivery.webhookUid}.` : '';
  return `${outcome === 'NO_DELIVERY' ? 'No delivery' : 'Not known'}: ${why}${other}`;
}

/** Why a webhook has no delivery. */
const REASONS: Readonly<Record<NonNullable<WebhookLine['reason']>, string>> = {
  ACTION_DIFFERS: 'the webhook subscribes to other actions.',
  WEBHOOK_DISABLED: 'the webhook is disabled.',
  WEBHOOK_CREATED_LATER: 'the webhook was created after the event.',
  TRANSPORT_CREATED_LATER: 'the transport was created after the event.',
  OTHER_WEBHOOK: 'another webhook of the transport matches the event, and a transport gets each event once.',
  FAN_OUT: 'The event waits for fan-out. The delivery will be created.',
  CONFIGURATION_CHANGED:
    'the webhook matches the event now, but was changed after it. Either it did not match then, or the record was deleted.',
  RECORD_EXPIRED: 'the webhook matched the event, but the record of the delivery was deleted.',
};

function deliveryText(delivery: WebhookDelivery): string {
  const { status, attempts, reason } = delivery;
  const ended = shortInstant(delivery.finishedAt) ?? '-';
  if (status === 'DELIVERED') return `Delivered at ${ended} by attempt ${attempts} (${lastOf(delivery)}).`;
  const tried =
    attempts === 0
      ? 'without an attempt'
      : `after ${attemptsText(attempts)}, the last one with ${lastOf(delivery)}`;
  if (status === 'PENDING') return `Pending ${tried}.`;
  return `${ENDED[status]} at ${ended} ${tried}${reason === null ? '' : ` (${reason})`}.`;
}

const ENDED = { FAILED: 'Failed', MISSED: 'Missed', CANCELLED: 'Cancelled' } as const;

const attemptsText = (attempts: number): string => (attempts === 1 ? '1 attempt' : `${attempts} attempts`);

const lastOf = ({ lastStatusCode, lastErrorCode }: WebhookDelivery): string =>
  lastStatusCode === null ? (lastErrorCode ?? 'no response') : `status ${lastStatusCode}`;

function waitText({ cause, until, deliveryUid }: Wait): string {
  const end = until === null ? '' : `, until ${shortInstant(until)} at the latest`;
  const behind = deliveryUid === null ? '' : ` ${deliveryUid}`;
  return `Waits ${WAITS[cause]}${behind}${end}.`;
}

/** Ends of the sentence that begins with "Waits", by the cause of the wait. */
const WAITS: Readonly<Record<Wait['cause'], string>> = {
  TRANSPORT_DISABLED: 'until somebody enables the transport',
  TRANSPORT_PAUSED: 'until somebody resumes the transport',
  EARLIER_DELIVERY: 'behind an earlier delivery with the same ordering key,',
  RETRY_AFTER: 'for the end of the pause that follows a response with 429, 502, 503 or 504',
  CIRCUIT: 'for the end of the pause after repeated failures of the receiver',
  SCHEDULE: 'for its next attempt on the retry schedule',
  RATE_LIMIT: 'for the rate limit of the transport, which is used up',
  SLOT: 'for a free slot of the process that holds the lane of the transport, or the delivery is being sent now',
  WORKER: 'for a worker process that claims the lane of the transport',
};

function basisText({ basis, changedSince }: WebhookLine): string {
  if (basis === 'RECORDED') return 'Recorded when it happened.';
  if (basis === 'EXPIRED') return 'The record was deleted.';
  return changedSince
    ? 'Derived from the present configuration; the webhook was created or changed after the event.'
    : 'Derived from the present configuration, which has not changed since.';
}
