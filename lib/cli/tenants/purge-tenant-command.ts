import type { TenantPurgeReport } from '../../index.js';
import { assertConfirmed, TENANT_OPTION, tenantOf, YES_OPTION } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { CliError, InterruptedError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { Progress } from '../output/progress.js';
import { table } from '../output/table.js';

/** Erases a tenant, as `WebhookTenants.purge` does. */
export const purgeTenantCommand: Command = {
  name: 'purge-tenant',
  summary: 'Erase everything of a tenant',
  description:
    'Erases a tenant for good: its HTTP transports, webhooks, deliveries, attempts, events, recoveries, statistics, audit\n' +
    'entries and portal links. It works in small batches, and reports the number of deleted rows. It may be interrupted and\n' +
    'run again. Stop emitting for the tenant first.',
  options: { ...DATABASE_OPTIONS, ...TENANT_OPTION, ...YES_OPTION },
  async run(values, context) {
    const tenant = tenantOf(values);
    assertConfirmed(values, `erases everything of the tenant "${tenant}" for good, including its log`);
    const progress = new Progress(context, !values.json);
    const report = await withModule(values, context, async (get) => {
      const { WebhookTenants } = await import('../../index.js');
      return get(WebhookTenants).purge(tenant, {
        signal: context.interrupted,
        onProgress: ({ rows }) => progress.show({ text: 'Deleted rows', done: rows }),
      });
    }).finally(() => progress.end());
    print(report, values, context);
    if (report.isComplete) return;
    if (context.interrupted.aborted)
      throw new InterruptedError('The tenant is erased in part. Run the command again to continue.');
    throw new CliError(
      'PURGE_INCOMPLETE',
      `Rows of the tenant "${tenant}" are left: other transactions kept them locked or did not commit an emit, or transports were created meanwhile. Run the command again.`,
    );
  },
};

function print(report: TenantPurgeReport, { json }: OptionValues, context: CommandContext): void {
  if (json) return context.print(`${JSON.stringify(report)}\n`);
  const { tenantUid, rows, total, purgedAt } = report;
  if (total === 0) return context.print(`No rows of the tenant "${tenantUid}" were found.\n`);
  context.print(table(['TABLE', 'DELETED ROWS'], [...Object.entries(rows), ['total', total]]));
  if (report.isComplete) context.print(`Every event that was emitted before ${purgedAt} is erased.\n`);
}
