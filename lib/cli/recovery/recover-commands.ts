import type { RecoverDeliveries, ReplayEvents, WebhookRecovery } from '../../index.js';
import { actorOf } from '../app/actor.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { UsageError } from '../cli-errors.js';
import type { Command, CommandContext, CommandOption, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { periodOf, periodOptions } from '../config/time-option.js';
import { dryRunText } from './recovery-text.js';
import { waitForRecovery } from './wait-for-recovery.js';

const COMMON: Readonly<Record<string, CommandOption>> = {
  action: {
    value: 'NAMES',
    description: 'Only events with these actions, separated by commas. Default: all',
  },
  'dry-run': { description: 'Only count what would be sent, and show the first deliveries' },
  detach: { description: 'Start the job and do not wait for its end' },
};

/** Sends again what failed or was missed, as `WebhookRecoveries.recover` does. */
const recoverCommand: Command = {
  name: 'recover',
  summary: 'Send again what failed or was missed since a time',
  description:
    'Starts a job that sends again the deliveries of an HTTP transport that ended as FAILED or MISSED since a time, and waits\n' +
    'for the end of the job. The workers of the application run the job: an interrupt ends the command and leaves the job\n' +
    'running.',
  arguments: [{ name: 'TRANSPORT', description: 'Uid of the HTTP transport' }],
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    ...periodOptions(
      'Required. Deliveries that ended at or after this time',
      'Only deliveries that were created at or before this time. Default: now',
    ),
    status: { value: 'STATUS', description: 'Only FAILED or only MISSED deliveries. Default: both' },
    ...COMMON,
  },
  run: (values, context, [transport]) =>
    runJob(
      'recover',
      transport!,
      { ...inputOf(values), statuses: listOf(values.status) } as RecoverDeliveries,
      values,
      context,
    ),
};

/** Sends everything since a time, as `WebhookRecoveries.replay` does. */
const replayCommand: Command = {
  name: 'replay',
  summary: 'Send everything since a time, also for a new webhook',
  description:
    'Starts a job that sends the events that were emitted since a time and that a webhook of an HTTP transport matches today,\n' +
    'even if they were delivered before. The command waits for the end of the job. The workers of the application run the\n' +
    'job: an interrupt ends the command and leaves the job running.',
  arguments: [{ name: 'TRANSPORT', description: 'Uid of the HTTP transport' }],
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    ...periodOptions(
      'Required. Events that were emitted at or after this time',
      'Only events that were emitted at or before this time. Default: now',
    ),
    webhook: {
      value: 'UID',
      description: 'Only events that this webhook matches. Default: all webhooks of the transport',
    },
    ...COMMON,
  },
  run: (values, context, [transport]) =>
    runJob(
      'replay',
      transport!,
      { ...inputOf(values), webhookUid: values.webhook } as ReplayEvents,
      values,
      context,
    ),
};

/** The commands that start jobs. */
export const recoverCommands: readonly Command[] = [recoverCommand, replayCommand];

/** @throws {UsageError} without `--since`, and for a malformed time */
function inputOf(values: OptionValues): Pick<RecoverDeliveries, 'since' | 'until' | 'actions'> {
  const { since, until } = periodOf(values);
  if (since === undefined)
    throw new UsageError(
      'Option "--since" missing: give the start of the period to send again, --since TIME.',
    );
  return { since, until, actions: listOf(values.action) };
}

const listOf = (given: OptionValues[string]): string[] | undefined =>
  typeof given === 'string' ? given.split(',').map((name) => name.trim()) : undefined;

async function runJob(
  kind: 'recover' | 'replay',
  transport: string,
  input: RecoverDeliveries & ReplayEvents,
  values: OptionValues,
  context: CommandContext,
): Promise<void> {
  const tenant = tenantOf(values);
  await withModule(values, context, async (get) => {
    const { WebhookRecoveries } = await import('../../index.js');
    const recoveries = get(WebhookRecoveries);
    if (values['dry-run']) {
      const found = await (kind === 'recover'
        ? recoveries.dryRun(kind, tenant, transport, input)
        : recoveries.dryRun(kind, tenant, transport, input));
      return context.print(values.json ? `${JSON.stringify(found)}\n` : dryRunText(found));
    }
    const job = await recoveries[kind](tenant, transport, input, { actor: actorOf(context.env) });
    if (!values.detach) return waitForRecovery(recoveries, tenant, job, values, context);
    printStarted(job, values, context);
  });
}

function printStarted(job: WebhookRecovery, { json, tenant }: OptionValues, { print }: CommandContext): void {
  print(
    json
      ? `${JSON.stringify(job)}\n`
      : `Started ${job.recoveryUid}. Show its progress: tillhook recoveries ${job.recoveryUid} --tenant ${String(tenant)}\n`,
  );
}
