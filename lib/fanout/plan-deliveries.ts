import { compareSpecificity, matchesAction } from '../domain/action-pattern.js';
import { grouped } from '../domain/grouped.js';
import type { FanoutWebhook, PlannedDelivery, UnfannedEvent } from '../persistence/ports/fanout-store.js';

/** Ordering key, in the queue, of events that were emitted without one. All these events of a tenant share it. */
const TENANT_KEY = '';

/**
 * Plans the deliveries of events: one for each transport with a matching webhook. If several webhooks of a transport match,
 * the most specific one counts (exact action, longest prefix, `*`); of equal ones, the oldest. If a part of an event was
 * fanned out already, only the transports that lack their delivery get one.
 */
export function planDeliveries(
  events: readonly UnfannedEvent[],
  webhooks: readonly FanoutWebhook[],
): PlannedDelivery[] {
  const byTenant = grouped(webhooks, (webhook) => webhook.tenantUid);
  const chosen = new Map<string, FanoutWebhook[]>();
  return events.flatMap((event) => {
    const key = `${event.tenantUid}/${event.action}`;
    let matching = chosen.get(key);
    if (!matching) {
      matching = onePerTransport(
        (byTenant.get(event.tenantUid) ?? []).filter(({ action }) => matchesAction(action, event.action)),
      );
      chosen.set(key, matching);
    }
    const { transportIds } = event;
    if (transportIds === null) return matching.map((webhook) => plan(event, webhook));
    // In the order of the outbox row: transports whose lanes were locked come last there, so that they do not delay the others.
    const byTransport = new Map(matching.map((webhook) => [webhook.transportId, webhook]));
    return transportIds.flatMap((transportId) => {
      const webhook = byTransport.get(transportId);
      return webhook ? [plan(event, webhook)] : [];
    });
  });
}

function onePerTransport(webhooks: FanoutWebhook[]): FanoutWebhook[] {
  const best = new Map<number, FanoutWebhook>();
  for (const webhook of webhooks.sort((a, b) => compareSpecificity(a.action, b.action) || a.id - b.id)) {
    if (!best.has(webhook.transportId)) best.set(webhook.transportId, webhook);
  }
  return [...best.values()];
}

const plan = (event: UnfannedEvent, webhook: FanoutWebhook): PlannedDelivery => ({
  eventId: event.id,
  tenantUid: event.tenantUid,
  tenantId: webhook.tenantId,
  transportId: webhook.transportId,
  webhookId: webhook.id,
  missedReason: webhook.transportState === 'DISABLED' ? 'TRANSPORT_DISABLED' : null,
  orderingKey: webhook.ordered ? (event.orderingKey ?? TENANT_KEY) : null,
});
