import { setTimeout as sleep } from 'node:timers/promises';
import { withDeadline } from '../timing/with-deadline.js';
import { LAST_WRITE_MS } from './recording/recorder.js';
import type { WorkerLog } from './worker-log.js';
import type { WorkerStages } from './worker-stages.js';

const DRAIN_STEP_MS = 10;

/**
 * Stops claiming and sending, releases each lane as soon as it has nothing in flight, and waits up to `drainTimeoutMs` for
 * requests in flight. Requests that do not finish are aborted; the next holder of the lane sends their deliveries again.
 * Stopping takes at most one second longer, for the last records, even if the database has stopped responding.
 *
 * @param stopRefreshing stops the refresh of the held lanes
 */
export async function stopStages(
  stages: WorkerStages,
  stopRefreshing: () => Promise<void>,
  drainTimeoutMs: number,
  log: WorkerLog,
): Promise<void> {
  const { inspection, claimer, dispatcher, sender, recorder, releaser, sweep } = stages;
  const giveUpAt = performance.now() + drainTimeoutMs;
  const endAt = giveUpAt + LAST_WRITE_MS;
  inspection.stop();
  await withDeadline(claimer.stop(), giveUpAt);
  dispatcher.stop();
  await drain(stages, giveUpAt);
  sender.abort();
  await recorder.stop(giveUpAt);
  await withDeadline(Promise.all([releaser.settled(), stopRefreshing(), sweep.stop()]), endAt);
  await abandon(stages, endAt, log);
}

/** Releases the held lanes one after another, as the outcomes of their requests arrive. */
async function drain({ held, reader, requests, releaser }: WorkerStages, giveUpAt: number): Promise<void> {
  while (held.size > 0 && performance.now() < giveUpAt) {
    for (const lane of held.all()) {
      lane.drain();
      releaser.schedule(lane);
    }
    await withDeadline(Promise.all([reader.settled(), requests.settled()]), giveUpAt);
    releaser.release();
    await sleep(DRAIN_STEP_MS);
  }
}

/** Releases the lanes that are still held, including those with requests in flight. No attempt is recorded for these requests. */
async function abandon({ held, releaser }: WorkerStages, endAt: number, log: WorkerLog): Promise<void> {
  const rest = [...held.all()];
  if (rest.length === 0) return;
  const failed = (error?: unknown): void =>
    log.warn(
      `Releasing ${rest.length} lane(s) at shutdown failed; other processes claim them when the leases end`,
      error,
    );
  if (!(await withDeadline(releaser.abandon(rest).catch(failed), endAt))) failed();
}
