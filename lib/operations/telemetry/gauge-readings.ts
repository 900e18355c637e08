import type { GaugeReadings } from '../../telemetry/facts.js';
import type { WebhooksHealthReport } from '../health/health-report.js';

/**
 * The gauges, taken from a health report. If the queue could not be read, its gauges are missing.
 *
 * @param queuePending number of pending deliveries; undefined: it could not be read
 */
export function gaugeReadings(
  { status, queue, worker }: WebhooksHealthReport,
  queuePending: number | undefined,
): GaugeReadings {
  return {
    ...(queue && {
      ...(queuePending !== undefined && { queuePending }),
      queueDepth: queue.due.value,
      oldestDueAge: seconds(queue.oldestDueMs),
      unclaimedAge: seconds(queue.unclaimedMs),
      outboxDepth: queue.events.value,
      oldestEventAge: seconds(queue.oldestEventMs),
    }),
    requestsInFlight: worker.inFlight,
    lanesHeld: worker.lanes,
    status,
    failing: Object.fromEntries(
      Object.entries(worker.rounds).map(([stage, { failingForMs }]) => [stage, seconds(failingForMs)]),
    ),
  };
}

/** @param ms null: nothing waits */
const seconds = (ms: number | null): number => Math.max(0, ms ?? 0) / 1_000;
