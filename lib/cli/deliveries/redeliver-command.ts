import type { WebhookDeliveries, WebhookRedeliveryResult } from '../../index.js';
import { assertConfirmed, TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { CliError, InterruptedError, UsageError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { countText, Progress } from '../output/progress.js';
import { table } from '../output/table.js';
import { FILTER_OPTIONS, filterOf, hasFilter, newestDeliveries } from './delivery-filter.js';

/** Maximum number of deliveries in one call of the module. */
const BATCH = 100;
/** Maximum number of deliveries that a filter may choose. For more, use `recover`, which runs in the workers. */
const MOST = 10_000;

/** Sends deliveries again, as `WebhookDeliveries.redeliverMany` does. */
export const redeliverCommand: Command = {
  name: 'redeliver',
  summary: 'Send deliveries again',
  description:
    'Sends deliveries again, whatever their status, with the same webhook-id and body. Name them, or choose them with a\n' +
    `filter. A filter shows how many it would send, and needs --yes to send them; it may choose ${countText(MOST)} at most.\n` +
    'The workers of the application do the sending.',
  arguments: [{ name: 'DELIVERY', description: 'Uids of deliveries', isMany: true, isOptional: true }],
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    ...FILTER_OPTIONS,
    yes: { short: 'y', description: 'Confirm. Required with a filter' },
  },
  async run(values, context, named) {
    const tenant = tenantOf(values);
    if (named.length === 0 && !hasFilter(values))
      throw new UsageError('Deliveries missing: give their uids, or a filter such as --status FAILED.');
    if (named.length > 0 && hasFilter(values))
      throw new UsageError('Both uids and a filter were given. Give one of them.');
    const filter = filterOf(values);
    await withModule(values, context, async (get) => {
      const { WebhookDeliveries } = await import('../../index.js');
      const deliveries = get(WebhookDeliveries);
      const uids =
        named.length > 0
          ? [...new Set(named)]
          : (await newestDeliveries(deliveries, tenant, filter, MOST + 1)).map(
              ({ deliveryUid }) => deliveryUid,
            );
      if (named.length === 0) assertFilterMayBeSent(uids.length, values);
      const results = await redeliverAll(
        deliveries,
        tenant,
        uids,
        new Progress(context, !values.json),
        context,
      );
      report(results, values, context);
    });
  },
};

function assertFilterMayBeSent(count: number, values: OptionValues): void {
  if (count > MOST) {
    throw new UsageError(
      `More than ${countText(MOST)} deliveries match. Narrow the filter, or use \`tillhook recover\` for all failed and missed deliveries of a transport.`,
    );
  }
  if (count > 0)
    assertConfirmed(values, `sends ${countText(count)} ${count === 1 ? 'delivery' : 'deliveries'} again`);
}

async function redeliverAll(
  deliveries: WebhookDeliveries,
  tenant: string,
  uids: readonly string[],
  progress: Progress,
  { interrupted }: CommandContext,
): Promise<WebhookRedeliveryResult[]> {
  const results: WebhookRedeliveryResult[] = [];
  try {
    for (let from = 0; from < uids.length; from += BATCH) {
      if (interrupted.aborted)
        throw new InterruptedError(
          `Requested ${from} of ${uids.length} redeliveries. The others were not requested.`,
        );
      const batch = await deliveries.redeliverMany(tenant, uids.slice(from, from + BATCH));
      results.push(...batch.results);
      progress.show({ text: 'Requested redeliveries', done: results.length, total: uids.length });
    }
  } finally {
    progress.end();
  }
  return results;
}

/** @throws {CliError} if a redelivery was refused */
function report(
  results: readonly WebhookRedeliveryResult[],
  values: OptionValues,
  { print }: CommandContext,
): void {
  const refused = results.filter(({ accepted }) => !accepted);
  const accepted = results.length - refused.length;
  if (values.json) for (const result of results) print(`${JSON.stringify(result)}\n`);
  else if (results.length === 0) print('No deliveries match.\n');
  else {
    print(`Accepted ${countText(accepted)} of ${countText(results.length)} redeliveries.\n`);
    if (refused.length > 0)
      print(
        table(
          ['DELIVERY', 'CODE', 'MESSAGE'],
          refused.map((one) => [one.deliveryUid, one.code, one.message]),
        ),
      );
  }
  if (refused.length > 0)
    throw new CliError(
      'REDELIVERY_REFUSED',
      `Refused ${countText(refused.length)} of ${countText(results.length)} redeliveries. The output says why.`,
    );
}
