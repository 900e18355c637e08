import { setTimeout as after } from 'node:timers/promises';
import type { WebhookRecoveries, WebhookRecovery } from '../../index.js';
import { CliError, InterruptedError } from '../cli-errors.js';
import type { CommandContext, OptionValues } from '../command.js';
import { Progress } from '../output/progress.js';
import { notStartedHint } from './not-started-hint.js';
import { recoveryStep, recoveryText } from './recovery-text.js';

/** Time between two reads of the job, in ms. */
const POLL_MS = 1_000;

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
      const hint = notStartedHint(job, performance.now() - startedAt);
      if (isHinted || values.json || hint === undefined) continue;
      isHinted = true;
      progress.end();
      context.printError(`${hint} ${continuesText(recoveryUid, tenant)}\n`);
    }
  } catch (error) {
    progress.end();
    // The database may be unreachable for a moment; the job is not lost.
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
