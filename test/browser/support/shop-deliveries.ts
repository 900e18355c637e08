import { ENDPOINTS, EVENTS, FAILING_SINCE, MINUTE_MS, NOW } from './shop-data.js';
import type { ShopEndpoint, ShopEvent } from './shop-data.js';

/** Number of the first delivery: uids are made of the numbers. */
const FIRST_ID = 46_007_401_002_211;

/** One request. */
export interface ShopAttempt {
  /** ms since the epoch */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
  readonly responseBody: string | null;
}

/** Outcome of an event at an endpoint. */
export interface ShopDelivery {
  readonly id: number;
  readonly endpoint: ShopEndpoint;
  readonly event: ShopEvent;
  readonly status: 'PENDING' | 'DELIVERED' | 'FAILED' | 'MISSED';
  readonly reason: string | null;
  readonly attempts: readonly ShopAttempt[];
  /** Due date of the next attempt, ms since the epoch; null: the delivery has ended. */
  readonly dueAt: number | null;
}

const accepted = (startedAt: number, seed: number): ShopAttempt => ({
  startedAt,
  durationMs: 38 + ((seed * 53) % 160),
  statusCode: 204,
  errorCode: null,
  responseBody: null,
});

const refused = (startedAt: number, seed: number): ShopAttempt => ({
  startedAt,
  durationMs: 210 + ((seed * 37) % 90),
  statusCode: 503,
  errorCode: null,
  responseBody:
    '{"error":"printer_offline","message":"The kitchen printer does not respond.","station":"bar"}',
});

const timedOut = (startedAt: number): ShopAttempt => ({
  startedAt,
  durationMs: 10_000,
  statusCode: null,
  errorCode: 'TIMEOUT',
  responseBody: null,
});

type Outcome = Pick<ShopDelivery, 'status' | 'reason' | 'attempts' | 'dueAt'>;

/** The waits after the attempts of the kitchen display. */
const WAITS_MS = [5_300, 5 * MINUTE_MS, 26 * MINUTE_MS];

function outcomeAtKitchen(begin: number, seed: number): Outcome {
  const attempts = [refused(begin, seed), timedOut(begin + 5_300), refused(begin + 316_000, seed + 1)].filter(
    ({ startedAt }) => startedAt < NOW,
  );
  if (seed % 4 === 0) return { status: 'FAILED', reason: 'EXHAUSTED', attempts, dueAt: null };
  const dueAt = attempts.at(-1)!.startedAt + WAITS_MS[attempts.length - 1]!;
  return { status: 'PENDING', reason: null, attempts, dueAt: Math.max(dueAt, NOW + 90_000) };
}

function outcomeOf({ uid }: ShopEndpoint, { at }: ShopEvent, seed: number): Outcome {
  const begin = at + 40;
  if (uid === 'sales-analytics') return { status: 'PENDING', reason: null, attempts: [], dueAt: begin };
  if (uid === 'old-till')
    return { status: 'MISSED', reason: 'TRANSPORT_DISABLED', attempts: [], dueAt: null };
  if (uid === 'kitchen' && at > FAILING_SINCE) return outcomeAtKitchen(begin, seed);
  const before = seed % 19 === 7 ? [timedOut(begin)] : [];
  const attempts = [...before, accepted(begin + before.length * 15_400, seed)];
  return { status: 'DELIVERED', reason: null, attempts, dueAt: null };
}

const matches = (pattern: string, action: string): boolean =>
  pattern === '*' ||
  pattern === action ||
  (pattern.endsWith('_*') && action.startsWith(pattern.slice(0, -1)));

/** The deliveries of the events, oldest first. */
export const DELIVERIES: readonly ShopDelivery[] = EVENTS.flatMap((event) =>
  ENDPOINTS.filter(({ actions }) => actions.some((pattern) => matches(pattern, event.action))).map(
    (endpoint) => ({ event, endpoint }),
  ),
).map(({ event, endpoint }, index) => ({
  id: FIRST_ID + index * 1_009,
  event,
  endpoint,
  ...outcomeOf(endpoint, event, index),
}));

/** A delivery that has failed three times and will be tried again. */
export const RETRIED_DELIVERY = DELIVERIES.findLast(
  ({ status, attempts }) => status === 'PENDING' && attempts.length === 3,
)!;
