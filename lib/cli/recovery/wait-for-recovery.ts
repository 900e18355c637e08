import { setTimeout as after } from 'node:timers/promises';
import type { WebhookRecoveries, WebhookRecovery } from '../../index.js';
import { CliError, InterruptedError } from '../cli-errors.js';
import type { CommandContext, OptionValues } from '../command.js';
import { Progress } from '../output/progress.js';
import { recoveryStep, recoveryText } from './recovery-text.js';

/** Time between two reads of the job, in ms. */
const POLL_MS = 1_000;
/** Time after which a job that no worker has started needs a hint, in ms. A worker looks for jobs every few seconds. */
const HINT_AFTER_MS = 15_000;

/**
 * Shows the progress of a job until it has ended, and prints the result.
 *
 * @throws {InterruptedError} if the command was interrupted; the job continues
 * @throws {CliError} if the job was cancelled or ended early
 */
export async function waitForRecovery(
  recoveries: WebhookRecoveries,
  tenant: string,
  started: WebhookRecovery,
  values: OptionValues,
  context: CommandContext,
): Promise<void> {
  const { recoveryUid } = started;
  const progress = new Progress(context, !values.json);
  const startedAt = performance.now();
  let job = started;
  let isHinted = false;
  try {
    while (job.finishedAt === null) {
      progress.show(recoveryStep(job));
      await after(POLL_MS, undefined, { signal: context.interrupted }).catch(() => undefined);
      if (context.interrupted.aborted) throw new InterruptedError(continuesText(recoveryUid, tenant));
      job = await recoveries.get(tenant, recoveryUid);
      if (isHinted || values.json || performance.now() - startedAt < HINT_AFTER_MS || job.startedAt !== null)
        continue;
      isHinted = true;
      progress.end();
      context.printError(`${notStartedText(job)} ${continuesText(recoveryUid, tenant)}\n`);
    }
  } catch (error) {
    progress.end();
    // The database may be away for a moment: the job is not lost.
    if (!(error instanceof InterruptedError) && !values.json)
      context.printError(`${continuesText(recoveryUid, tenant)}\n`);
    throw error;
  }
  progress.end();
  context.print(values.json ? `${JSON.stringify(job)}\n` : recoveryText(job));
  if (job.state === 'DONE') return;
  throw new CliError(
    job.state === 'CANCELLED' ? 'RECOVERY_CANCELLED' : 'RECOVERY_FAILED',
    `Job ${recoveryUid} is ${job.state}${job.reason === null ? '' : `: ${job.reason}`}. Deliveries that it has enqueued are sent.`,
  );
}

const continuesText = (recoveryUid: string, tenant: string): string =>
  `Job ${recoveryUid} continues without this command. Show it: tillhook recoveries ${recoveryUid} --tenant ${tenant}. ` +
  `Cancel it: tillhook cancel ${recoveryUid} --tenant ${tenant}.`;

const notStartedText = ({ reason }: WebhookRecovery): string =>
  reason === null
    ? 'No worker has started the job yet. Check that a process of the application runs with a worker.'
    : `The job waits (${reason}).`;
