import { classify } from '../errors/driver-errors.js';
import type {
  QueueKey,
  RecordGroup,
  RecordResult,
  RecordStore,
  TransportRecord,
} from '../ports/record-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { recordTexts } from './record-sql.js';
import { numbers } from './sql.js';
import { eventArrays } from './notification-event-parameters.js';
import {
  transportChangeParameters,
  transportChangeText,
  transportEventParameters,
} from './transport-change-sql.js';

/** A delivery of a group whose queue row was not found as expected. */
interface MissingRow {
  delivery_id: number;
  is_locked: boolean;
  /** Only for attempts: the delivery must not end, because a redelivery was requested meanwhile. */
  is_requested?: boolean;
}

interface TransportRow {
  transport_id: number;
}

interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Runs a statement, inside the group's transaction if there is one. */
type Run = (prepared: Prepared) => Promise<MissingRow[]>;

/** How long locked rows are skipped after one has delayed a group, in ms. */
const SKIP_LOCKED_MS = 10_000;

/**
 * Recording on PostgreSQL: one statement for the attempts of a group, and one each for postponed and parked deliveries. If
 * some of the attempts were not written, another statement finds out why.
 */
export class PostgresRecordStore implements RecordStore {
  readonly #sql: ReturnType<typeof recordTexts>;
  readonly #changeTransports: string;
  readonly #changeAndReport: string;
  /** Until `performance.now()` reaches this value, rows that other transactions have locked are skipped. */
  #skipLockedUntil = -Infinity;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = recordTexts(database);
    this.#changeTransports = transportChangeText(database, false);
    this.#changeAndReport = transportChangeText(database, true);
  }

  async record(group: RecordGroup): Promise<RecordResult> {
    if (performance.now() >= this.#skipLockedUntil) {
      try {
        return await this.#record(group, false);
      } catch (error) {
        if (classify(error) !== 'busy') throw error;
        this.#skipLockedUntil = performance.now() + SKIP_LOCKED_MS;
      }
    }
    return this.#record(group, true);
  }

  async #record(group: RecordGroup, skipsLocked: boolean): Promise<RecordResult> {
    const { attempts, postponed, parked } = group;
    const kinds = [attempts, postponed, parked].filter(({ length }) => length > 0).length;
    // Most groups are one statement, which needs no explicit transaction.
    const run: Run = ({ name, text, values }) => this.database.query(name, text, values);
    if (kinds <= 1) return resultOf(await this.#write(group, skipsLocked, run));
    return this.database.transaction(async (client) => {
      const runInside: Run = async (prepared) => (await client.query<MissingRow>({ ...prepared })).rows;
      return resultOf(await this.#write(group, skipsLocked, runInside));
    });
  }

  async #write(group: RecordGroup, skipsLocked: boolean, run: Run): Promise<readonly MissingRow[]> {
    // Attempts come first: a delivery whose predecessor ends in the same group must not be parked.
    return [
      ...(await this.#attempts(group, skipsLocked, run)),
      ...(group.postponed.length === 0 ? [] : await run(this.#postponed(group.postponed))),
      ...(group.parked.length === 0 ? [] : await run(this.#parked(group.parked))),
    ];
  }

  changeTransports(changes: readonly TransportRecord[], now: number): Promise<ReadonlySet<number>> {
    const values = transportChangeParameters(changes, now);
    if (!changes.some(({ events = [] }) => events.length > 0))
      return this.#transportIds('tillhook_change_transports', this.#changeTransports, values);
    const events = transportEventParameters(changes);
    return this.#transportIds('tillhook_report_transports', this.#changeAndReport, [...values, ...events]);
  }

  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_unpark', this.#sql.unpark, [numbers(transportIds), now]);
  }

  async #attempts(
    { attempts, now }: RecordGroup,
    skipsLocked: boolean,
    run: Run,
  ): Promise<readonly MissingRow[]> {
    if (attempts.length === 0) return [];
    const missing = new Set(
      (await run(this.#written(attempts, skipsLocked, now))).map((row) => row.delivery_id),
    );
    if (missing.size === 0) return [];
    const unwritten = attempts.filter(({ deliveryId }) => missing.has(deliveryId));
    return run({
      name: 'tillhook_record_missing',
      text: this.#sql.missing,
      values: anyParameters(unwritten),
    });
  }

  #written(attempts: RecordGroup['attempts'], skipsLocked: boolean, now: number): Prepared {
    const ended = attempts.flatMap(({ deliveryId, event }) => (event ? [[deliveryId, event] as const] : []));
    if (ended.length > 0) {
      const values = [...anyParameters(attempts), now, ...eventArrays(ended)];
      return { name: 'tillhook_record_reported', text: this.#sql.reported, values };
    }
    const isPlain = attempts.every(
      ({ nextDueAt, orderingKey }) => nextDueAt === null && orderingKey === null,
    );
    if (!isPlain) {
      const values = [...anyParameters(attempts), now];
      return { name: 'tillhook_record_any', text: this.#sql.any, values };
    }
    const values = attemptParameters(attempts);
    return skipsLocked
      ? { name: 'tillhook_record_ends_skipping', text: this.#sql.endsSkippingLocked, values }
      : { name: 'tillhook_record_ends', text: this.#sql.ends, values };
  }

  #postponed(postponed: RecordGroup['postponed']): Prepared {
    const values = [
      ...keyParameters(postponed),
      numbers(postponed.map((row) => row.attempts)),
      numbers(postponed.map((row) => row.nextDueAt)),
    ];
    return { name: 'tillhook_postpone', text: this.#sql.postpone, values };
  }

  #parked(parked: RecordGroup['parked']): Prepared {
    return { name: 'tillhook_park', text: this.#sql.park, values: keyParameters(parked) };
  }

  async #transportIds(name: string, text: string, values: unknown[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<TransportRow>(name, text, values);
    return new Set(rows.map((row) => row.transport_id));
  }
}

const keyParameters = (keys: readonly QueueKey[]): unknown[] => [
  numbers(keys.map((row) => row.transportId)),
  numbers(keys.map((row) => row.dueAt)),
  numbers(keys.map((row) => row.deliveryId)),
];

const attemptParameters = (attempts: RecordGroup['attempts']): unknown[] => [
  ...keyParameters(attempts),
  numbers(attempts.map((a) => a.attempts)),
  attempts.map((a) => a.status),
  sparse(attempts.map((a) => a.reason)),
  numbers(attempts.map((a) => a.startedAt)),
  numbers(attempts.map((a) => a.durationMs)),
  numbers(attempts.map((a) => a.responseStatusCode)),
  sparse(attempts.map((a) => a.responseHeaders)),
  sparse(attempts.map((a) => a.responseBody)),
  sparse(attempts.map((a) => a.errorCode)),
  sparse(attempts.map((a) => a.errorMessage)),
  attempts.map((a) => a.trigger),
];

const anyParameters = (attempts: RecordGroup['attempts']): unknown[] => [
  ...attemptParameters(attempts),
  numbers(attempts.map((a) => a.nextDueAt)),
  numbers(attempts.map((a) => Number(a.isCounted))),
];

function resultOf(rows: readonly MissingRow[]): RecordResult {
  const result = { orphaned: new Set<number>(), locked: new Set<number>(), requested: new Set<number>() };
  for (const { delivery_id: deliveryId, is_requested: isRequested, is_locked: isLocked } of rows)
    (isRequested ? result.requested : isLocked ? result.locked : result.orphaned).add(deliveryId);
  return result;
}

/** An array that holds only nulls is sent empty. */
const sparse = (values: readonly (string | null)[]): readonly (string | null)[] =>
  values.some((value) => value !== null) ? values : [];
