import { AGO } from './example-transports.js';
import { between, type Random } from './random.js';

/** How a receiver reacts to a request. */
export interface Reaction {
  /** How long it takes, in ms. */
  readonly durationMs: number;
  /** Undefined: there is no response. */
  readonly statusCode?: number;
  /** Why there is no response; only in the generated history. */
  readonly errorCode?: keyof typeof ERRORS;
  /** JSON text; undefined: none. */
  readonly body?: string;
}

/** A receiver for a transport that the user adds. */
export const OWN_RECEIVER = 'inbox';

/** Codes of attempts without a response, with the texts of the module. */
export const ERRORS = {
  TIMEOUT: 'No response before the deadline of the attempt.',
  CONNECT_FAILED: 'No connection to the receiver could be made.',
} as const;

interface Request {
  /** Name of the receiver: the uid of its transport, or `inbox`. */
  readonly receiver: string;
  readonly eventUid: string;
  /** How long before the start of the app the request is made, in ms; 0: after the start. */
  readonly ago: number;
  readonly random: Random;
}

/** Default time limit of an attempt. */
const TIMEOUT_MS = 10_000;
/** One of this many orders has a VAT code that accounting does not know. */
const REFUSED_ONE_OF = 12;

const accepted = (durationMs: number): Reaction => ({
  durationMs,
  statusCode: 200,
  body: '{"received":true}',
});

/** Mostly nothing listens; now and then a server accepts connections and does not respond. */
const noResponse = (random: Random): Reaction =>
  random() < 0.05
    ? { durationMs: TIMEOUT_MS, errorCode: 'TIMEOUT' }
    : { durationMs: between(random, 1, 9), errorCode: 'CONNECT_FAILED' };

const failed = (durationMs: number, statusCode: number, error: string, message: string): Reaction => ({
  durationMs,
  statusCode,
  body: JSON.stringify({ error, message }),
});

/** How each receiver reacts, in the generated history and live alike, so that a delivery that is sent again fits its past. */
const BEHAVIOURS: Readonly<Record<string, (request: Request) => Reaction>> = {
  'web-shop': ({ random }) =>
    random() < 0.02
      ? failed(between(random, 300, 900), 500, 'deadlock', 'Deadlock detected. Try again.')
      : accepted(between(random, 15, 90)),

  accounting: ({ ago, eventUid, random }) => {
    if (ago <= AGO.accountingFails && ago > AGO.accountingIsBack)
      return failed(between(random, 5, 30), 500, 'maintenance', 'The database is being upgraded.');
    // The event decides, not chance: the same order is refused each time.
    if (isRefused(eventUid))
      return failed(between(random, 200, 500), 422, 'unknown_vat_code', 'VAT code 27 is not set up.');
    return accepted(between(random, 300, 900));
  },

  loyalty: ({ ago, random }) =>
    ago <= AGO.loyaltyFails
      ? failed(between(random, 800, 1_600), 500, 'internal', 'Connection pool exhausted.')
      : accepted(between(random, 40, 220)),

  warehouse: ({ random }) => ({ durationMs: between(random, 30, 140), statusCode: 204 }),

  // The receiver has worked again since the transport was disabled, so deliveries succeed when somebody enables it.
  'data-warehouse': ({ ago, random }) =>
    ago >= AGO.dataWarehouseDisabled ? noResponse(random) : accepted(between(random, 60, 200)),

  'old-shop': ({ ago, random }) =>
    ago <= AGO.oldShopMoved
      ? failed(between(random, 20, 80), 404, 'not_found', 'This shop has moved.')
      : accepted(between(random, 100, 400)),

  [OWN_RECEIVER]: ({ random }) => accepted(between(random, 20, 80)),
};

/** Returns how a receiver reacts; undefined: there is no such receiver. */
export function reactionOf(request: Request): Reaction | undefined {
  return Object.hasOwn(BEHAVIOURS, request.receiver) ? BEHAVIOURS[request.receiver]?.(request) : undefined;
}

function isRefused(eventUid: string): boolean {
  let hash = 0;
  for (const character of eventUid) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash % REFUSED_ONE_OF === 0;
}
