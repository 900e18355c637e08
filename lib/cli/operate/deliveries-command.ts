import { setTimeout as after } from 'node:timers/promises';
import type { WebhookDeliveries, WebhookDelivery, WebhookDeliveryQuery } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { UsageError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { shortInstant, table } from '../output/table.js';

const PAGE_SIZE = 100;
const DEFAULT_LIMIT = 25;
const MOST = 10_000;
/** Time between two reads with `--follow`, in ms. */
const FOLLOW_MS = 1_000;
/** Number of newest deliveries whose changes `--follow` shows. */
const FOLLOWED = 100;

/** Lists the deliveries of a tenant, newest first, or follows them. */
export const deliveriesCommand: Command = {
  name: 'deliveries',
  summary: 'List or follow the deliveries of a tenant',
  description:
    'Lists the deliveries of a tenant, newest first. With --follow it shows new deliveries and their changes.',
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    status: { value: 'STATUS', description: 'Only PENDING, DELIVERED, FAILED, MISSED or CANCELLED' },
    transport: { value: 'UID', description: 'Only of this HTTP transport' },
    webhook: { value: 'UID', description: 'Only of this webhook' },
    action: { value: 'NAME', description: 'Only of this action' },
    event: { value: 'UID', description: 'Only of this event' },
    since: { value: 'TIME', description: 'Only created at or after this time, ISO 8601' },
    until: { value: 'TIME', description: 'Only created at or before this time, ISO 8601' },
    limit: {
      value: 'COUNT',
      short: 'n',
      description: `At most this many, 1 to ${MOST}. Default: ${DEFAULT_LIMIT}`,
    },
    follow: {
      short: 'f',
      description: `Repeat every second until interrupted; shows changes of the newest ${FOLLOWED}`,
    },
  },
  async run(values, context) {
    const tenant = tenantOf(values);
    const limit = limitOf(values);
    await withModule(values, context, async (get) => {
      const { WebhookDeliveries } = await import('../../index.js');
      const deliveries = get(WebhookDeliveries);
      const found = await newest(deliveries, tenant, queryOf(values), limit);
      print(found, values, context);
      if (values.follow) await follow(deliveries, tenant, found, values, context);
    });
  },
};

function limitOf({ limit }: OptionValues): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  const value = Number(limit);
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new UsageError(`Option "--limit" is "${limit}". Use a whole number from 1 to ${MOST}.`);
}

const queryOf = ({
  status,
  transport,
  webhook,
  action,
  event,
  since,
  until,
}: OptionValues): WebhookDeliveryQuery =>
  ({
    status,
    httpTransportUid: transport,
    webhookUid: webhook,
    action,
    eventUid: event,
    createdFrom: since,
    createdTo: until,
    // The module itself checks the values.
  }) as WebhookDeliveryQuery;

async function newest(
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

/** Prints each delivery that is new, or has another status or number of attempts than before. */
async function follow(
  deliveries: WebhookDeliveries,
  tenant: string,
  shown: readonly WebhookDelivery[],
  values: OptionValues,
  context: CommandContext,
): Promise<void> {
  let known = new Map(shown.map((delivery) => [delivery.deliveryUid, stateOf(delivery)]));
  for (;;) {
    await after(FOLLOW_MS, undefined, { signal: context.interrupted }).catch(() => undefined);
    if (context.interrupted.aborted) return;
    const found = await newest(deliveries, tenant, queryOf(values), FOLLOWED);
    const changed = found.filter((delivery) => known.get(delivery.deliveryUid) !== stateOf(delivery));
    known = new Map(found.map((delivery) => [delivery.deliveryUid, stateOf(delivery)]));
    if (changed.length > 0) print(changed.reverse(), values, context, false);
  }
}

const stateOf = ({ status, attempts }: WebhookDelivery): string => `${status} ${attempts}`;

function print(
  deliveries: readonly WebhookDelivery[],
  { json }: OptionValues,
  context: CommandContext,
  hasHeader = true,
): void {
  // One object in a line, so that the output of --follow can be processed while it grows.
  if (json) return deliveries.forEach((delivery) => context.print(`${JSON.stringify(delivery)}\n`));
  const lines = table(HEADER, deliveries.map(rowOf));
  context.print(hasHeader ? lines : lines.slice(lines.indexOf('\n') + 1));
}

const HEADER = [
  'DELIVERY',
  'CREATED',
  'ACTION',
  'TRANSPORT',
  'STATUS',
  'ATTEMPTS',
  'LAST',
  'NEXT ATTEMPT',
  'REASON',
];

const rowOf = (delivery: WebhookDelivery) => [
  delivery.deliveryUid,
  shortInstant(delivery.createdAt),
  delivery.action,
  delivery.httpTransportUid,
  delivery.status,
  delivery.attempts,
  delivery.lastStatusCode === null ? delivery.lastErrorCode : String(delivery.lastStatusCode),
  shortInstant(delivery.nextAttemptAt),
  delivery.reason,
];
