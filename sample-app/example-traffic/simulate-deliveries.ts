import type { PastEvent } from './example-events.js';
import { type ExampleTransport, subscribes } from './example-transports.js';
import { between, type Random } from './random.js';
import { type Reaction, reactionOf } from './receiver-behaviour.js';

/** A request of the generated history. */
export interface PastAttempt {
  /** ms since the epoch */
  readonly startedAt: number;
  readonly reaction: Reaction;
}

/** A delivery of the generated history. */
export interface PastDelivery {
  readonly event: PastEvent;
  readonly webhookUid: string;
  /** When the event was matched, ms since the epoch. */
  readonly createdAt: number;
  readonly attempts: readonly PastAttempt[];
  readonly status: 'PENDING' | 'DELIVERED' | 'FAILED' | 'MISSED' | 'CANCELLED';
  /** End of the delivery, or the due date of the next attempt of a pending one; ms since the epoch. */
  readonly at: number;
}

/** State of a transport at the end of the history. */
export interface PastTransport {
  readonly transport: ExampleTransport;
  readonly deliveries: readonly PastDelivery[];
  /** Start of the present series of failures, ms since the epoch; null: the last attempt succeeded. */
  readonly failingSince: number | null;
  readonly consecutiveFailures: number;
  /** Until when the circuit is open, ms since the epoch. */
  readonly blockedUntil: number;
}

/** The module's defaults, see `docs/options.md`: the history looks as if the module had made it. */
const DEFAULT_SCHEDULE_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
const CIRCUIT_FAILURES = 10;
const [FIRST_COOL_DOWN_MS, LONGEST_COOL_DOWN_MS] = [5_000, 60_000];
/** Time between the starts of two requests of a backlog. */
const APART_MS = 15;
/** Deliveries that are due in the last seconds wait for the worker, so that no attempt of the history ends in the future. */
const MARGIN_MS = 15_000;

type Waiting = Omit<PastDelivery, 'status' | 'attempts'> & { readonly attempts: PastAttempt[] };

/**
 * Computes the outcomes of the events of the past by the rules of the module: the retry schedule, the circuit, and what pause,
 * disable and delete do to deliveries. Requests are made in the order of their due dates.
 *
 * @param events the oldest first
 * @param now ms since the epoch
 */
export function simulateDeliveries(
  transport: ExampleTransport,
  events: readonly PastEvent[],
  random: Random,
  now: number,
): PastTransport {
  const [pausedAt, disabledAt, deletedAt] = [
    transport.pausedAgo,
    transport.disabledAgo,
    transport.deletedAgo,
  ].map((ago) => (ago === undefined ? Infinity : now - ago)) as [number, number, number];
  const sendsUntil = Math.min(pausedAt, disabledAt, deletedAt, now - MARGIN_MS);
  const ended: PastDelivery[] = [];
  const waiting: Waiting[] = [];
  for (const event of events) {
    const webhook = transport.webhooks.find(({ action }) => subscribes(action, event.action));
    if (webhook === undefined || event.at >= deletedAt) continue;
    const createdAt = event.at + between(random, 10, 60);
    const common = { event, webhookUid: webhook.uid, createdAt, at: createdAt, attempts: [] };
    if (event.at >= disabledAt) ended.push({ ...common, status: 'MISSED' });
    else waiting.push(common);
  }

  const schedule = transport.retryScheduleSeconds ?? DEFAULT_SCHEDULE_SECONDS;
  let failingSince: number | null = null;
  let [consecutiveFailures, blockedUntil, nextStart] = [0, 0, 0];
  for (let next = takeEarliest(waiting); next !== undefined; next = takeEarliest(waiting)) {
    const startedAt = Math.max(next.at, blockedUntil, nextStart);
    if (startedAt >= sendsUntil) {
      waiting.push(next);
      break;
    }
    nextStart = startedAt + APART_MS;
    const ago = now - startedAt;
    const { eventUid } = next.event;
    const reaction = reactionOf({ receiver: transport.uid, eventUid, ago, random });
    if (reaction === undefined) throw new Error(`The transport ${transport.uid} has no receiver.`);
    const endedAt = startedAt + reaction.durationMs;
    const attempts = [...next.attempts, { startedAt, reaction }];
    if (isSuccess(reaction)) {
      ended.push({ ...next, attempts, status: 'DELIVERED', at: endedAt });
      [failingSince, consecutiveFailures] = [null, 0];
      continue;
    }
    failingSince ??= startedAt;
    consecutiveFailures += 1;
    const doublings = consecutiveFailures - CIRCUIT_FAILURES;
    if (doublings >= 0)
      blockedUntil =
        endedAt + Math.min(FIRST_COOL_DOWN_MS * 2 ** Math.min(doublings, 10), LONGEST_COOL_DOWN_MS);
    const delaySeconds = schedule[attempts.length - 1];
    if (delaySeconds === undefined) ended.push({ ...next, attempts, status: 'FAILED', at: endedAt });
    else waiting.push({ ...next, attempts, at: endedAt + Math.round(delaySeconds * (800 + 400 * random())) });
  }

  const isDeleted = deletedAt < Infinity;
  const left = waiting.map((delivery): PastDelivery => ({
    ...delivery,
    status: isDeleted ? 'CANCELLED' : 'PENDING',
    at: isDeleted ? deletedAt : delivery.at,
  }));
  return { transport, deliveries: [...ended, ...left], failingSince, consecutiveFailures, blockedUntil };
}

export const isSuccess = ({ statusCode = 0 }: Reaction): boolean => statusCode >= 200 && statusCode <= 299;

/** Removes and returns the delivery that is due first. */
function takeEarliest(waiting: Waiting[]): Waiting | undefined {
  if (waiting.length === 0) return undefined;
  const index = waiting.reduce((best, { at }, each) => (at < waiting[best]!.at ? each : best), 0);
  return waiting.splice(index, 1)[0];
}
