import type { WebhookDeliveries, WebhookDelivery, WebhookDeliveryQuery } from '../../index.js';
import type { CommandOption, OptionValues } from '../command.js';
import { periodOf, periodOptions } from '../config/time-option.js';

/** Deliveries that are read at once. */
export const PAGE_SIZE = 100;

/** Options that choose deliveries of a tenant. */
export const FILTER_OPTIONS: Readonly<Record<string, CommandOption>> = {
  status: {
    value: 'STATUS',
    description: 'Only deliveries with this status: PENDING, DELIVERED, FAILED, MISSED or CANCELLED',
  },
  transport: { value: 'UID', description: 'Only deliveries to this HTTP transport' },
  webhook: { value: 'UID', description: 'Only deliveries for this webhook' },
  action: { value: 'NAME', description: 'Only deliveries of events with this action' },
  event: { value: 'UID', description: 'Only deliveries of this event' },
  ...periodOptions(
    'Only deliveries created at or after this time',
    'Only deliveries created at or before this time',
  ),
};

export const hasFilter = (values: OptionValues): boolean =>
  Object.keys(FILTER_OPTIONS).some((name) => values[name] !== undefined);

/** @throws {UsageError} for a malformed time */
export function filterOf(values: OptionValues): WebhookDeliveryQuery {
  const { since, until } = periodOf(values);
  const { status, transport, webhook, action, event } = values;
  return {
    status,
    httpTransportUid: transport,
    webhookUid: webhook,
    action,
    eventUid: event,
    createdFrom: since,
    createdTo: until,
    // The module itself checks the values.
  } as WebhookDeliveryQuery;
}

/** @returns the newest deliveries that match, newest first, at most `limit` */
export async function newestDeliveries(
  deliveries: WebhookDeliveries,
  tenant: string,
  query: WebhookDeliveryQuery,
  limit: number,
): Promise<WebhookDelivery[]> {
  const found: WebhookDelivery[] = [];
  let cursor: string | null | undefined;
  do {
    const pageSize = Math.min(PAGE_SIZE, limit - found.length);
    const page = await deliveries.list(tenant, { ...query, pageSize, ...(cursor && { cursor }) });
    found.push(...page.items);
    cursor = page.paging.nextCursor;
  } while (cursor !== null && found.length < limit);
  return found;
}
