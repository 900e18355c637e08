import type { WebhookRecovery, WebhookRecoveryDryRun } from '../../index.js';
import { countText, type ProgressStep } from '../output/progress.js';
import { facts, shortInstant, table } from '../output/table.js';

/** Progress of a job. A total is known only for a recovery, and only after it has collected all events. */
export function recoveryStep(job: WebhookRecovery): ProgressStep {
  const done = job.requeued + job.created + job.skipped + job.payloadGone;
  const state = job.reason === null ? '' : ` (${job.reason})`;
  if (done === 0) return { text: `${job.state}${state}, events found`, done: job.found };
  const total = job.kind === 'RECOVER' ? job.found : undefined;
  return { text: `${job.state}${state}, events handled`, done, total };
}

/** A job with its counts. */
export const recoveryText = (job: WebhookRecovery): string =>
  facts([
    ['Job', job.recoveryUid],
    ['Kind', job.kind],
    ['Transport', job.httpTransportUid],
    ['State', job.state],
    ['Reason', job.reason],
    ['Since', shortInstant(job.since)],
    ['Until', shortInstant(job.until)],
    ['Found', countText(job.found)],
    ['Enqueued again', countText(job.requeued)],
    ['Created', countText(job.created)],
    ['Skipped', countText(job.skipped)],
    ['Body gone', countText(job.payloadGone)],
    ['Started', shortInstant(job.startedAt)],
    ['Finished', shortInstant(job.finishedAt)],
  ]);

/** Jobs as a table. */
export const recoveryTable = (jobs: readonly WebhookRecovery[]): string =>
  table(
    ['JOB', 'CREATED', 'KIND', 'TRANSPORT', 'STATE', 'REASON', 'FOUND', 'ENQUEUED', 'SKIPPED', 'BODY GONE'],
    jobs.map((job) => [
      job.recoveryUid,
      shortInstant(job.createdAt),
      job.kind,
      job.httpTransportUid,
      job.state,
      job.reason,
      job.found,
      job.requeued + job.created,
      job.skipped,
      job.payloadGone,
    ]),
  );

/** The result of a dry run as text. */
export function dryRunText({
  count,
  isAtLeast,
  sample,
  completeFrom,
  payloadGone,
}: WebhookRecoveryDryRun): string {
  const summary = facts([
    ['Would send', `${countText(count)}${isAtLeast ? ' or more' : ''}`],
    ['Body gone', countText(payloadGone)],
    ['Complete from', shortInstant(completeFrom)],
  ]);
  if (sample.length === 0) return summary;
  return `${summary}\n${table(
    ['EVENT', 'CREATED', 'ACTION', 'DELIVERY', 'STATUS'],
    sample.map((one) => [one.eventUid, shortInstant(one.createdAt), one.action, one.deliveryUid, one.status]),
  )}`;
}
