import type { WebhookRecovery } from '../../index.js';

/** Time after which a job that no worker has started needs a hint, in ms. A worker looks for jobs every few seconds. */
const HINT_AFTER_MS = 15_000;

/**
 * Why a job has not started.
 *
 * @param waitedMs time since the command began to wait, in ms
 * @returns undefined: the job has started, or a worker may still start it soon
 */
export function notStartedHint({ reason, startedAt }: WebhookRecovery, waitedMs: number): string | undefined {
  if (startedAt !== null || waitedMs < HINT_AFTER_MS) return undefined;
  return reason === null
    ? 'No worker has started the job yet. Check that a process of the application runs with a worker.'
    : `The job waits (${reason}).`;
}
