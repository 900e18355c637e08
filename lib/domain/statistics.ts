import { DurationCounter, type Histogram } from './histogram.js';

/** Lengths of a bucket of statistics, in minutes. */
export const GRANULARITIES = { minute: 1, hour: 60, day: 1_440 } as const;
export type Granularity = keyof typeof GRANULARITIES;

/** Start of the bucket that contains an instant, in ms since the epoch. Days begin at midnight UTC. */
export function bucketStart(at: number, granularity: Granularity): number {
  const length = GRANULARITIES[granularity] * 60_000;
  return Math.floor(at / length) * length;
}

/**
 * Kind of a fact, which is one outcome that the statistics count. `AGAIN`: delivered by a redelivery, a recovery or a replay,
 * or once more after an earlier success, so the time since the emit is not counted as a latency. `RETRIED`: an attempt failed
 * and another one follows.
 */
export type FactKind = 'DELIVERED' | 'AGAIN' | 'FAILED' | 'MISSED' | 'RETRIED';

/** @param isRedelivery whether somebody requested the attempt, or an earlier attempt of the delivery had succeeded */
export const endKind = (status: 'DELIVERED' | 'FAILED', isRedelivery: boolean): FactKind =>
  status === 'DELIVERED' && isRedelivery ? 'AGAIN' : status;

/** One outcome. The transaction that records the outcome writes the fact. */
export interface Fact {
  readonly tenantId: number;
  readonly transportId: number;
  readonly eventId: number;
  readonly kind: FactKind;
  /** Duration of the attempt in ms; null: there was none. */
  readonly durationMs: number | null;
  /** When the attempt ended, or the delivery was missed; ms since the epoch. */
  readonly at: number;
}

/** The properties of an event that its facts need. */
export interface FactEvent {
  readonly action: string;
  /** When the event was emitted, ms since the epoch. */
  readonly createdAt: number;
}

/** Counts of one bucket. */
export interface Counts {
  readonly delivered: number;
  readonly failed: number;
  readonly retried: number;
  readonly missed: number;
  /** Durations of attempts. */
  readonly attempts: Histogram;
  /** Times from the emit to the end of the attempt that delivered. */
  readonly deliveries: Histogram;
}

/** `0`: all tenants; only together with all transports and all actions. */
export const ALL_TENANTS_ID = 0;
/** `0`: all transports of the tenant. */
export const ALL_TRANSPORTS_ID = 0;
/** With all transports: all actions. With one transport: facts of events that were deleted, so their action is unknown. */
export const ALL_ACTIONS = '';

/** Key of a row of counts. `ALL_TENANTS_ID`, `ALL_TRANSPORTS_ID` and `ALL_ACTIONS` stand for sums. */
export interface CountKey {
  readonly tenantId: number;
  readonly granularity: Granularity;
  readonly transportId: number;
  readonly action: string;
  readonly start: number;
}

export type CountRow = CountKey & Counts;

/** Sums up counts. */
export class CountSum implements Counts {
  readonly #attempts = new DurationCounter();
  readonly #deliveries = new DurationCounter();
  delivered = 0;
  failed = 0;
  retried = 0;
  missed = 0;

  get attempts(): Histogram {
    return this.#attempts.histogram;
  }

  get deliveries(): Histogram {
    return this.#deliveries.histogram;
  }

  addFact({ kind, durationMs, at }: Fact, emittedAt: number | undefined): void {
    if (kind === 'DELIVERED' || kind === 'AGAIN') this.delivered += 1;
    else if (kind === 'FAILED') this.failed += 1;
    else if (kind === 'RETRIED') this.retried += 1;
    else this.missed += 1;
    if (durationMs !== null) this.#attempts.add(durationMs);
    if (kind === 'DELIVERED' && emittedAt !== undefined) this.#deliveries.add(Math.max(0, at - emittedAt));
  }

  addCounts(other: Counts): void {
    this.delivered += other.delivered;
    this.failed += other.failed;
    this.retried += other.retried;
    this.missed += other.missed;
    this.#attempts.merge(other.attempts);
    this.#deliveries.merge(other.deliveries);
  }
}

/**
 * Groups facts into the rows that they are added to: for each minute, hour and day, the row of the transport and action,
 * the row of the action over all transports, the row of the tenant, and the row of all tenants. Every query therefore reads
 * few rows for a bucket.
 *
 * @param events by id; an event that is missing there was deleted, and its facts count for the tenant and the transport only
 * @returns in the order of the key, in which every process locks the rows. The rows of all tenants come last. Every process
 *   writes them, so they must be locked for as short a time as possible
 */
export function countRows(facts: readonly Fact[], events: ReadonlyMap<number, FactEvent>): CountRow[] {
  const sums = new Map<string, { key: CountKey; sum: CountSum }>();
  const add = (fact: Fact, emittedAt: number | undefined, key: CountKey): void => {
    const name = JSON.stringify([key.tenantId, key.granularity, key.transportId, key.action, key.start]);
    const entry = sums.get(name) ?? { key, sum: new CountSum() };
    sums.set(name, entry);
    entry.sum.addFact(fact, emittedAt);
  };
  for (const fact of facts) {
    const { tenantId, transportId, at } = fact;
    const event = events.get(fact.eventId);
    const action = event?.action ?? ALL_ACTIONS;
    for (const granularity of Object.keys(GRANULARITIES) as Granularity[]) {
      const common = { tenantId, granularity, start: bucketStart(at, granularity) };
      add(fact, event?.createdAt, { ...common, transportId, action });
      add(fact, event?.createdAt, { ...common, transportId: ALL_TRANSPORTS_ID, action: ALL_ACTIONS });
      if (event) add(fact, event.createdAt, { ...common, transportId: ALL_TRANSPORTS_ID, action });
    }
  }
  const rows = [...sums.values()].map(({ key, sum }) => ({ ...key, ...countsOf(sum) }));
  return [...rows, ...ofAllTenants(rows)].sort(byKey);
}

/** Sums up the rows of tenants, because that is cheaper than counting each fact once more. */
function ofAllTenants(rows: readonly CountRow[]): CountRow[] {
  const sums = new Map<string, { key: CountKey; sum: CountSum }>();
  for (const row of rows) {
    const { granularity, transportId, action, start } = row;
    if (transportId !== ALL_TRANSPORTS_ID || action !== ALL_ACTIONS) continue;
    const name = JSON.stringify([granularity, start]);
    const key = { tenantId: ALL_TENANTS_ID, granularity, transportId, action, start };
    const entry = sums.get(name) ?? { key, sum: new CountSum() };
    sums.set(name, entry);
    entry.sum.addCounts(row);
  }
  return [...sums.values()].map(({ key, sum }) => ({ ...key, ...countsOf(sum) }));
}

const countsOf = ({ delivered, failed, retried, missed, attempts, deliveries }: CountSum): Counts => ({
  delivered,
  failed,
  retried,
  missed,
  attempts,
  deliveries,
});

const placeOf = (tenantId: number): number => (tenantId === ALL_TENANTS_ID ? Infinity : tenantId);

/** The order of two different keys. */
const byKey = (a: CountKey, b: CountKey): number =>
  placeOf(a.tenantId) - placeOf(b.tenantId) ||
  GRANULARITIES[a.granularity] - GRANULARITIES[b.granularity] ||
  a.transportId - b.transportId ||
  a.start - b.start ||
  (a.action < b.action ? -1 : 1);
