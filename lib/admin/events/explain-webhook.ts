import { matchesAction } from '../../domain/action-pattern.js';
import type { EventEntity } from '../../persistence/entities/event.entity.js';
import type { LiveWebhook } from '../../persistence/ports/explain-store.js';
import type { EventFacts, WebhookFacts } from '../../persistence/repositories/explain.repository.js';

/**
 * `DELIVERY`: the webhook has a delivery of the event. `NO_DELIVERY`: it has none. `WAITING`: the event is in the outbox, so a
 * delivery will be created. `UNKNOWN`: there is no record, and the present configuration does not explain that.
 */
export const OUTCOMES = ['DELIVERY', 'NO_DELIVERY', 'WAITING', 'UNKNOWN'] as const;

/**
 * How the outcome is known. `RECORDED`: from rows that were written when the event was matched to the webhooks. `DERIVED`: from
 * the present configuration. `EXPIRED`: the record was deleted.
 */
export const BASES = ['RECORDED', 'DERIVED', 'EXPIRED'] as const;

export const EXPLANATIONS = [
  'ACTION_DIFFERS',
  'WEBHOOK_DISABLED',
  'WEBHOOK_CREATED_LATER',
  'TRANSPORT_CREATED_LATER',
  'OTHER_WEBHOOK',
  'FAN_OUT',
  'CONFIGURATION_CHANGED',
  'RECORD_EXPIRED',
] as const;

/** The explanation of an event for one webhook. */
export interface Verdict {
  readonly outcome: (typeof OUTCOMES)[number];
  /** Null if there is a delivery: its status shows the outcome. */
  readonly reason: (typeof EXPLANATIONS)[number] | null;
  readonly basis: (typeof BASES)[number];
}

/**
 * A change gets its date before it is committed. So a change that is dated up to this long before the event, in ms, may have been
 * committed after the event. If a webhook was changed within this time, its configuration proves nothing about the event.
 */
const COMMIT_SLACK_MS = 1_000;

/** Explains the outcome of an event for a webhook: from recorded facts if there are any, otherwise from the present configuration. */
export function explainWebhook(
  event: Pick<EventEntity, 'action' | 'createdAt'>,
  facts: Pick<EventFacts, 'outbox' | 'firstDeliveryAt'>,
  { webhook, delivery, isOwn }: WebhookFacts,
): Verdict {
  if (isOwn) return delivery ? { outcome: 'DELIVERY', reason: null, basis: 'RECORDED' } : EXPIRED;
  // Only a webhook with a delivery of its own is listed after its deletion.
  if (!webhook) return EXPIRED;
  const isWaiting = !delivery && waits(facts, webhook);
  const later = isWaiting ? undefined : createdLater(event, facts, webhook);
  if (later) return later;
  if (!matchesAction(webhook.action, event.action))
    return { outcome: 'NO_DELIVERY', reason: 'ACTION_DIFFERS', basis: 'DERIVED' };
  if (!webhook.enabled) return { outcome: 'NO_DELIVERY', reason: 'WEBHOOK_DISABLED', basis: 'DERIVED' };
  if (isWaiting) return { outcome: 'WAITING', reason: 'FAN_OUT', basis: 'DERIVED' };
  if (delivery) return { outcome: 'NO_DELIVERY', reason: 'OTHER_WEBHOOK', basis: 'DERIVED' };
  if (webhook.lastModifiedAt >= event.createdAt - COMMIT_SLACK_MS)
    return { outcome: 'UNKNOWN', reason: 'CONFIGURATION_CHANGED', basis: 'DERIVED' };
  // It matched then as it does now, so there was a delivery.
  return EXPIRED;
}

/**
 * Whether the webhook may have been changed after the event (see `COMMIT_SLACK_MS`). If so, its configuration may have been
 * another one when the event was emitted.
 */
export const isChangedSince = (event: Pick<EventEntity, 'createdAt'>, webhook: LiveWebhook): boolean =>
  webhook.lastModifiedAt >= event.createdAt - COMMIT_SLACK_MS;

const EXPIRED: Verdict = { outcome: 'UNKNOWN', reason: 'RECORD_EXPIRED', basis: 'EXPIRED' };

const waits = ({ outbox }: Pick<EventFacts, 'outbox'>, { transportId }: LiveWebhook): boolean =>
  outbox !== undefined && (outbox.transportIds?.includes(transportId) ?? true);

/**
 * Explains the outcome if the webhook or its transport was created after the event and the webhook has no delivery. (If an event
 * stays in the outbox for long, fan-out also matches such a webhook.) The basis is `RECORDED` if a delivery of the event was
 * created before the webhook or transport: then the event had already been fanned out.
 */
function createdLater(
  { createdAt }: Pick<EventEntity, 'createdAt'>,
  { firstDeliveryAt }: Pick<EventFacts, 'firstDeliveryAt'>,
  webhook: LiveWebhook,
): Verdict | undefined {
  const [since, isTransport] =
    webhook.transportCreatedAt > createdAt ? [webhook.transportCreatedAt, true] : [webhook.createdAt, false];
  if (since <= createdAt) return undefined;
  const basis = firstDeliveryAt !== null && since > firstDeliveryAt ? 'RECORDED' : 'DERIVED';
  const reason = isTransport ? 'TRANSPORT_CREATED_LATER' : 'WEBHOOK_CREATED_LATER';
  return { outcome: 'NO_DELIVERY', reason, basis };
}
