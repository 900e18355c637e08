import type { WebhookRecoveries, WebhookRecovery } from '../../index.js';
import { actorOf } from '../app/actor.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { wholeNumberOf } from '../app/whole-number.js';
import { withModule } from '../app/with-module.js';
import { UsageError } from '../cli-errors.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { recoveryTable, recoveryText } from './recovery-text.js';

const PAGE_SIZE = 100;
const LIMIT = { min: 1, max: 10_000, default: 25 };

/** Lists the recoveries and replays of a tenant, or shows one. */
const recoveriesCommand: Command = {
  name: 'recoveries',
  summary: 'List recoveries and replays, or show one',
  description: 'Lists the recoveries and replays of a tenant, newest first, or shows the progress of one.',
  arguments: [{ name: 'JOB', description: 'Uid of a recovery or replay', isOptional: true }],
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    transport: { value: 'UID', description: 'Only jobs of this HTTP transport' },
    limit: {
      value: 'COUNT',
      short: 'n',
      description: `Maximum number of jobs, ${LIMIT.min} to ${LIMIT.max}. Default: ${LIMIT.default}`,
    },
  },
  async run(values, context, [uid]) {
    const tenant = tenantOf(values);
    const limit = wholeNumberOf(values, 'limit', LIMIT);
    if (uid !== undefined && values.transport !== undefined)
      throw new UsageError('Both a job and "--transport" were given. Give one of them.');
    await withModule(values, context, async (get) => {
      const { WebhookRecoveries } = await import('../../index.js');
      const recoveries = get(WebhookRecoveries);
      if (uid !== undefined) {
        const job = await recoveries.get(tenant, uid);
        return context.print(values.json ? `${JSON.stringify(job)}\n` : recoveryText(job));
      }
      const jobs = await newest(recoveries, tenant, values.transport as string | undefined, limit);
      if (values.json) return context.print(`${JSON.stringify(jobs)}\n`);
      context.print(
        jobs.length === 0 ? `Tenant ${tenant} has no recoveries or replays.\n` : recoveryTable(jobs),
      );
    });
  },
};

async function newest(
  recoveries: WebhookRecoveries,
  tenant: string,
  httpTransportUid: string | undefined,
  limit: number,
): Promise<WebhookRecovery[]> {
  const found: WebhookRecovery[] = [];
  let cursor: string | null | undefined;
  do {
    const pageSize = Math.min(PAGE_SIZE, limit - found.length);
    const page = await recoveries.list(tenant, { httpTransportUid, pageSize, ...(cursor && { cursor }) });
    found.push(...page.items);
    cursor = page.paging.nextCursor;
  } while (cursor !== null && found.length < limit);
  return found;
}

/** Cancels a recovery or replay. */
const cancelCommand: Command = {
  name: 'cancel',
  summary: 'Cancel a recovery or replay',
  description:
    'Cancels a recovery or replay. Deliveries that it has enqueued are sent. If it has ended, nothing changes.',
  arguments: [{ name: 'JOB', description: 'Uid of the recovery or replay' }],
  options: { ...DATABASE_OPTIONS, ...TENANT_OPTION },
  async run(values, context, [uid]) {
    const tenant = tenantOf(values);
    const job = await withModule(values, context, async (get) => {
      const { WebhookRecoveries } = await import('../../index.js');
      return get(WebhookRecoveries).cancel(tenant, uid!, { actor: actorOf(context.env) });
    });
    context.print(values.json ? `${JSON.stringify(job)}\n` : `Job ${job.recoveryUid} is ${job.state}.\n`);
  },
};

/** The commands for jobs that exist. */
export const recoveriesCommands: readonly Command[] = [recoveriesCommand, cancelCommand];
