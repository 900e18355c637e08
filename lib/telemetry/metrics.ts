/*
 * Names, units (UCUM) and descriptions of all metrics. Those of the semantic conventions for messaging keep their names; the
 * module's own begin with `tillhook.`. docs/monitoring.md lists them, and a test compares the two.
 */

/**
 * Bounds of the buckets for durations of requests and statements, in seconds: those of the semantic conventions, and 30 s, the
 * highest time limit of a request.
 */
const SHORT = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30];
/** Bounds of the buckets for the time from an emit until a later step, which may include retries over days, in seconds. */
const LONG = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200, 259_200,
];

const durations = (boundaries: number[]) => ({ unit: 's', advice: { explicitBucketBoundaries: boundaries } });

/** Counters and histograms, reported when something happens. */
export const METRICS = {
  sent: {
    name: 'messaging.client.sent.messages',
    unit: '{message}',
    description: 'Events that were emitted, before the host commits.',
  },
  emitDuration: {
    name: 'messaging.client.operation.duration',
    ...durations(SHORT),
    description: 'Duration of the INSERT of an emit.',
  },
  fanOutDuration: {
    name: 'tillhook.fanout.duration',
    ...durations(SHORT),
    description: 'Duration of a transaction of fan-out.',
  },
  fanOutLag: {
    name: 'tillhook.fanout.lag',
    ...durations(LONG),
    description: 'Time from the emit of an event until its deliveries exist.',
  },
  planned: {
    name: 'tillhook.fanout.deliveries',
    unit: '{delivery}',
    description: 'Deliveries that fan-out created, or logged as MISSED.',
  },
  attempts: {
    name: 'tillhook.attempts',
    unit: '{attempt}',
    description: 'Attempts, by outcome.',
  },
  attemptDuration: {
    name: 'tillhook.attempt.duration',
    ...durations(SHORT),
    description: 'Duration of an attempt, from the DNS look-up until the response has been read.',
  },
  deliveryDuration: {
    name: 'tillhook.delivery.duration',
    ...durations(LONG),
    description: 'Time from the emit of an event until a scheduled attempt delivered it.',
  },
} as const;

/** Gauges, read when metrics are collected. */
export const GAUGES = {
  queuePending: {
    name: 'tillhook.queue.pending',
    unit: '{delivery}',
    description: 'All pending deliveries, due or not, over all processes.',
  },
  queueDepth: {
    name: 'tillhook.queue.depth',
    unit: '{delivery}',
    description: 'Deliveries that are due, over all processes; at most 10,000 are counted.',
  },
  oldestDueAge: {
    name: 'tillhook.queue.oldest_due.age',
    unit: 's',
    description: 'Time since the oldest due delivery became due; 0: none is due.',
  },
  unclaimedAge: {
    name: 'tillhook.queue.unclaimed.age',
    unit: 's',
    description:
      'How long the longest-waiting transport has had a due delivery while no process works on it; 0: there is none.',
  },
  outboxDepth: {
    name: 'tillhook.outbox.depth',
    unit: '{event}',
    description: 'Events that wait for fan-out, over all processes; at most 1,000 are counted.',
  },
  oldestEventAge: {
    name: 'tillhook.outbox.oldest.age',
    unit: 's',
    description: 'Age of the oldest event that waits for fan-out; 0: none waits.',
  },
  requestsInFlight: {
    name: 'tillhook.requests.in_flight',
    unit: '{request}',
    description: 'Requests in flight in this process.',
  },
  lanesHeld: {
    name: 'tillhook.lanes.held',
    unit: '{lane}',
    description: 'Lanes that this process holds.',
  },
  health: {
    name: 'tillhook.health',
    unit: '1',
    description: '1 for the status of the health report of this process, 0 for the others.',
  },
  failing: {
    name: 'tillhook.worker.failing',
    unit: 's',
    description: 'How long a stage of the worker of this process has failed; 0: it does not fail.',
  },
} as const;
