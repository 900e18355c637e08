import { classify } from '../driver-errors.js';
import type { QueueKey, RecordGroup, RecordResult, RecordStore, TransportRecord } from '../record-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { recordTexts } from './record-sql.js';
import { numbers } from './sql.js';
import { transportChangeParameters, transportChangeText } from './transport-change-sql.js';

/** A delivery of a group that was not found where the group expects it. */
interface MissingRow {
  delivery_id: number;
  is_locked: boolean;
}

interface TransportRow {
  transport_id: number;
}

interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** How long locked rows are skipped after one has kept a group waiting. */
const CAUTIOUS_MS = 10_000;

/** Recording on PostgreSQL: one statement for a group of attempts, and one each for what else a group may hold. */
export class PostgresRecordStore implements RecordStore {
  readonly #sql: ReturnType<typeof recordTexts>;
  readonly #changeTransports: string;
  /** performance.now() until which rows that others have locked are skipped. */
  #skipLockedUntil = -Infinity;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = recordTexts(database);
    this.#changeTransports = transportChangeText(database);
  }

  async record(group: RecordGroup): Promise<RecordResult> {
    if (performance.now() >= this.#skipLockedUntil) {
      try {
        return await this.#record(group, false);
      } catch (error) {
        if (classify(error) !== 'busy') throw error;
        this.#skipLockedUntil = performance.now() + CAUTIOUS_MS;
      }
    }
    return this.#record(group, true);
  }

  async #record(group: RecordGroup, skipsLocked: boolean): Promise<RecordResult> {
    const result = { orphaned: new Set<number>(), locked: new Set<number>() };
    const add = (rows: readonly MissingRow[]): void => {
      for (const row of rows) (row.is_locked ? result.locked : result.orphaned).add(row.delivery_id);
    };
    // Attempts come first: a delivery whose head ends in the same group must not be parked.
    const statements = [
      this.#attempts(group, skipsLocked),
      this.#postponed(group),
      this.#parked(group),
    ].filter((one) => one !== undefined);
    if (statements.length <= 1) {
      // Most groups are one statement, which needs no transaction around it.
      for (const { name, text, values } of statements)
        add(await this.database.query<MissingRow>(name, text, values));
      return result;
    }
    await this.database.transaction(async (client) => {
      for (const { name, text, values } of statements)
        add((await client.query<MissingRow>({ name, text, values })).rows);
    });
    return result;
  }

  changeTransports(changes: readonly TransportRecord[], now: number): Promise<ReadonlySet<number>> {
    const values = transportChangeParameters(changes, now);
    return this.#transportIds('tillhook_change_transports', this.#changeTransports, values);
  }

  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_unpark', this.#sql.unpark, [numbers(transportIds), now]);
  }

  #attempts({ attempts, now }: RecordGroup, skipsLocked: boolean): Prepared | undefined {
    if (attempts.length === 0) return undefined;
    const isPlain = attempts.every(
      ({ nextDueAt, orderingKey }) => nextDueAt === null && orderingKey === null,
    );
    const values = attemptParameters(attempts);
    if (isPlain && skipsLocked)
      return { name: 'tillhook_record_ends_skipping', text: this.#sql.endsSkippingLocked, values };
    if (isPlain) return { name: 'tillhook_record_ends', text: this.#sql.ends, values };
    const nextDueAts = numbers(attempts.map((a) => a.nextDueAt));
    const counts = numbers(attempts.map((a) => Number(a.isCounted)));
    return { name: 'tillhook_record_any', text: this.#sql.any, values: [...values, nextDueAts, counts, now] };
  }

  #postponed({ postponed }: RecordGroup): Prepared | undefined {
    if (postponed.length === 0) return undefined;
    const values = [
      ...keyParameters(postponed),
      numbers(postponed.map((row) => row.attempts)),
      numbers(postponed.map((row) => row.nextDueAt)),
    ];
    return { name: 'tillhook_postpone', text: this.#sql.postpone, values };
  }

  #parked({ parked }: RecordGroup): Prepared | undefined {
    if (parked.length === 0) return undefined;
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

/** Nulls alone need not be sent. */
const sparse = (values: readonly (string | null)[]): readonly (string | null)[] =>
  values.some((value) => value !== null) ? values : [];
