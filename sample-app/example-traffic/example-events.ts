import type { Actor } from '../account/actor.js';
import { thinPayload } from '../events/thin-payload.js';
import { AGO } from './example-transports.js';
import { between, pick, type Random } from './random.js';

/** The content of an event, before it is emitted. */
export interface ExampleOccurrence {
  readonly action: string;
  readonly data: object;
  readonly orderingKey: string;
}

/** An event of the generated history. */
export interface PastEvent extends ExampleOccurrence {
  readonly eventUid: string;
  /** ms since the epoch */
  readonly at: number;
}

const STORE = { Id: 1, Uid: 'main' };
const WAREHOUSE = { Id: 1, Uid: 'central' };
const PRODUCTS = ['coffee', 'espresso', 'tea', 'cocoa', 'grinder', 'mug', 'filter'];
const TILLS = 3;
const [EVERY_2_HOURS_MS, EVERY_6_MINUTES_MS, EVERY_7_SECONDS_MS] = [7_200_000, 360_000, 7_000];
/** Events of the last seconds are left to the live flow. */
const QUIET_MS = 5_000;

const order = (random: Random) => {
  const number = between(random, 10_000, 99_999);
  return { about: { store: STORE, order: { Id: number, Uid: `o-${number}` } }, key: `o-${number}` };
};
const product = (random: Random) => {
  const index = between(random, 0, PRODUCTS.length - 1);
  return { Id: 500 + index, Uid: PRODUCTS[index] ?? '' };
};

/** Actions of a day in a shop, by how often they occur. */
const OCCURRENCES: readonly {
  readonly action: string;
  readonly weight: number;
  readonly make: (random: Random) => { about: Record<string, { Id: number; Uid: string }>; key: string };
}[] = [
  { action: 'ORDER_SETTLED', weight: 34, make: order },
  { action: 'ORDER_DELIVERED', weight: 14, make: order },
  {
    action: 'STOCK_CHANGE',
    weight: 30,
    make: (random) => {
      const changed = product(random);
      return { about: { warehouse: WAREHOUSE, product: changed }, key: changed.Uid };
    },
  },
  {
    action: 'CUSTOMER_UPDATE',
    weight: 8,
    make: (random) => {
      const number = between(random, 1_000, 1_999);
      return { about: { customer: { Id: number, Uid: `c-${number}` } }, key: `c-${number}` };
    },
  },
  {
    action: 'PRODUCT_UPDATE',
    weight: 5,
    make: (random) => {
      const changed = product(random);
      return { about: { product: changed }, key: changed.Uid };
    },
  },
  // Nobody subscribes to prices: an event without deliveries.
  {
    action: 'PRICE_UPDATE',
    weight: 5,
    make: (random) => {
      const priced = product(random);
      return {
        about: { price: { Id: priced.Id, Uid: `price-${priced.Uid}` }, product: priced },
        key: priced.Uid,
      };
    },
  },
  ...(['TILL_OPEN', 'TILL_CLOSED'] as const).map((action) => ({
    action,
    weight: 2,
    make: (random: Random) => {
      const number = between(random, 1, TILLS);
      return { about: { store: STORE, till: { Id: number, Uid: `till-${number}` } }, key: `till-${number}` };
    },
  })),
];

/** Something that happens in the shop. @param actor who does it */
export function nextOccurrence(random: Random, actor: Actor): ExampleOccurrence {
  const { action, make } = pick(random, OCCURRENCES);
  const { about, key } = make(random);
  return { action, data: thinPayload(actor, about), orderingKey: key };
}

/** The events of the last days, the oldest first. @param now ms since the epoch */
export function pastEvents(random: Random, actor: Actor, now: number): PastEvent[] {
  const events: PastEvent[] = [];
  let ago: number = AGO.firstEvent;
  while (ago > QUIET_MS) {
    events.push({ ...nextOccurrence(random, actor), eventUid: uuidFrom(random), at: Math.round(now - ago) });
    // Intervals vary, so that the plots look like those of a shop.
    ago -= intervalAt(ago) * (0.3 + 1.4 * random());
  }
  return events;
}

/** A UUID (version 4, RFC 9562) that is the same each time. */
function uuidFrom(random: Random): string {
  const digits = Array.from({ length: 32 }, () => between(random, 0, 15).toString(16));
  digits[12] = '4';
  digits[16] = between(random, 8, 11).toString(16);
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function intervalAt(ago: number): number {
  if (ago > AGO.lastDay) return EVERY_2_HOURS_MS;
  return ago > AGO.lastHour ? EVERY_6_MINUTES_MS : EVERY_7_SECONDS_MS;
}
