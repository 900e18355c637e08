import { setTimeout as after } from 'node:timers/promises';
import type { WebhookDeliveries, WebhookDeliveryQuery } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { wholeNumberOf } from '../app/whole-number.js';
import { withModule } from '../app/with-module.js';
import type { Command, CommandContext } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { FILTER_OPTIONS, filterOf, newestDeliveries, PAGE_SIZE } from './delivery-filter.js';
import { DeliveryPrinter } from './delivery-table.js';
import { DeliveryTail } from './delivery-tail.js';

const LIMIT = { min: 1, max: 10_000, default: 25 };
/** Time between two reads with `--follow`, in ms. */
const FOLLOW_MS = 1_000;

/** Lists the deliveries of a tenant, newest first, or follows them. */
export const deliveriesCommand: Command = {
  name: 'deliveries',
  summary: 'List or follow the deliveries of a tenant',
  description:
    'Lists the deliveries of a tenant, newest first. With --follow the newest comes last, and new deliveries and their\n' +
    'changes follow as they happen.',
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    ...FILTER_OPTIONS,
    limit: {
      value: 'COUNT',
      short: 'n',
      description: `Maximum number of deliveries, ${LIMIT.min} to ${LIMIT.max}. Default: ${LIMIT.default}`,
    },
    follow: {
      short: 'f',
      description: `Repeat every second until interrupted; shows changes of the newest ${PAGE_SIZE} deliveries`,
    },
  },
  async run(values, context) {
    const tenant = tenantOf(values);
    const limit = wholeNumberOf(values, 'limit', LIMIT);
    const query = filterOf(values);
    await withModule(values, context, async (get) => {
      const { WebhookDeliveries } = await import('../../index.js');
      const deliveries = get(WebhookDeliveries);
      const printer = new DeliveryPrinter(values, context);
      const known = values.follow ? Math.max(limit, PAGE_SIZE) : limit;
      const found = await newestDeliveries(deliveries, tenant, query, known);
      if (values.follow) {
        printer.print(found.slice(0, limit).reverse());
        return follow(deliveries, tenant, query, new DeliveryTail(found), printer, context);
      }
      if (found.length === 0 && !values.json)
        return context.print(`Tenant ${tenant} has no deliveries that match.\n`);
      printer.print(found);
    });
  },
};

async function follow(
  deliveries: WebhookDeliveries,
  tenant: string,
  query: WebhookDeliveryQuery,
  tail: DeliveryTail,
  printer: DeliveryPrinter,
  { interrupted, printError }: CommandContext,
): Promise<void> {
  for (;;) {
    await after(FOLLOW_MS, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return;
    const { changed, isComplete } = await tail.next((page) => deliveries.list(tenant, { ...query, ...page }));
    if (!isComplete) printError('More deliveries were created than can be shown. Use a filter.\n');
    if (changed.length > 0) printer.print(changed);
  }
}
