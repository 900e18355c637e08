import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveriesHeldError } from '../errors/admin.errors.js';
import { DeliveriesUnfinishedError, WorkerNotRunningError } from '../errors/testing.errors.js';
import { WebhooksWorker } from '../webhooks.worker.js';
import { instanceOf, type ProviderSource } from './instance-of.js';

const LOOK_EVERY_MS = 5;

/** Options of `deliverAll`. */
export interface DeliverAllOptions {
  /** Time limit in ms. Default 10,000. */
  readonly withinMs?: number;
  /** The name of the instance of the module. Default: the instance without a name. */
  readonly name?: string;
}

/**
 * Resolves when everything that can be done now is done: each committed event has been fanned out, and each due delivery
 * has been attempted and its outcome recorded. Retries are included if they are due at once (`retryScheduleMs: [0, 0]`). It
 * wakes the worker, so a long `pollMs` does not matter.
 *
 * It does not wait for retries that are due later, for transports that are paused or disabled, for transports that are
 * blocked by their circuit or after a 429, 502, 503 or 504, or for deliveries behind an earlier one of their ordering key that
 * is retried later. A delivery that waits for a rate limit or an encryption key counts as due.
 *
 * @param app an initialized app with the real `WebhooksModule` and its worker
 * @throws {DeliveriesUnfinishedError} if the time limit is exceeded
 * @throws {DeliveriesHeldError} if deliveries are switched off or stopped, or the database belongs to another environment
 * @throws {WorkerNotRunningError} if the app has no worker, or was not initialized, or was drained
 */
export async function deliverAll(
  app: ProviderSource,
  { withinMs = 10_000, name }: DeliverAllOptions = {},
): Promise<void> {
  const worker = instanceOf(app, WebhooksWorker, name);
  const deadline = performance.now() + withinMs;
  worker.wake();
  for (;;) {
    const { isRunning, isHeld, ...left } = await worker.unfinishedWork();
    if (!isRunning) throw new WorkerNotRunningError();
    if (isHeld) throw new DeliveriesHeldError();
    if (left.events + left.deliveries + left.inFlight === 0) return;
    if (performance.now() >= deadline) throw new DeliveriesUnfinishedError(withinMs, left);
    await sleep(LOOK_EVERY_MS);
  }
}
