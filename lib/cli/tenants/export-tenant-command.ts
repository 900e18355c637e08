import type { Readable } from 'node:stream';
import type { TenantExportLine } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { CliError, InterruptedError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { countText, Progress } from '../output/progress.js';

type LastLine = Extract<TenantExportLine, { type: 'end' }>;

/** Exports a tenant as NDJSON, as `WebhookTenants.export` does. */
export const exportTenantCommand: Command = {
  name: 'export-tenant',
  summary: 'Print the configuration and the log of a tenant as NDJSON',
  description:
    'Prints the HTTP transports, webhooks and deliveries of a tenant, with events and attempts, as one JSON object in each\n' +
    'line. Secrets are masked. The last line has the type "end"; without it the export is incomplete.',
  options: { ...DATABASE_OPTIONS, ...TENANT_OPTION },
  async run(values, context) {
    const tenant = tenantOf(values);
    const end = await withModule(values, context, async (get) => {
      const { WebhookTenants } = await import('../../index.js');
      return copy(get(WebhookTenants).export(tenant), values, context);
    });
    const { httpTransports, webhooks, deliveries } = end;
    // The results are NDJSON, so the summary must not be among them.
    if (context.isTerminal.progress && !values.json)
      context.printError(
        `Exported ${countText(httpTransports)} HTTP transports, ${countText(webhooks)} webhooks and ${countText(deliveries)} deliveries.\n`,
      );
  },
};

/** Prints an export, no faster than the reader of the output takes it. @returns its last line */
async function copy(lines: Readable, values: OptionValues, context: CommandContext): Promise<LastLine> {
  const progress = new Progress(context, !values.json && !context.isTerminal.results);
  let count = 0;
  let rest = '';
  let last: string | undefined;
  try {
    for await (const chunk of lines.setEncoding('utf8') as AsyncIterable<string>) {
      if (context.interrupted.aborted) throw new InterruptedError('The export is incomplete.');
      context.print(chunk);
      await context.drained();
      const complete = `${rest}${chunk}`.split('\n');
      rest = complete.pop()!;
      last = complete.at(-1) ?? last;
      count += complete.length;
      progress.show({ text: 'Exported lines', done: count });
    }
  } finally {
    progress.end();
  }
  const end = JSON.parse(last ?? '{}') as Partial<LastLine>;
  if (end.type === 'end') return end as LastLine;
  throw new CliError('EXPORT_INCOMPLETE', 'The export ended before its last line. Run the command again.');
}
