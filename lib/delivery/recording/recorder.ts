import { setTimeout as sleep } from 'node:timers/promises';
import { classify } from '../../persistence/errors/driver-errors.js';
import { isTransient } from '../../persistence/errors/is-transient.js';
import { mayRefuseEvent } from '../../persistence/errors/may-refuse-event.js';
import type { RecordResult, RecordStore, TransportRecord } from '../../persistence/ports/record-store.js';
import { RoundHistory, type RoundStatus } from '../../timing/round-history.js';
import { EntriesAside } from './entries-aside.js';
import { mergeTransportRecords } from './merge-transport-records.js';
import {
  isChanging,
  isIndependent,
  oneOfEachDelivery,
  type ChangingEntry,
  type RecordEntry,
} from './record-entry.js';
import { UnwrittenChanges } from './unwritten-changes.js';

/** How long the first outcome of a group waits for others, in ms. */
const GATHER_MS = 5;
/** Maximum size of a group, as a multiple of a full group. It is limited because on SQLite a write blocks the event loop. */
const MOST_FULL_GROUPS = 4;
/** Maximum number of groups that are written at the same time. */
const MOST_GROUPS = 2;
/** First pause before a group is written again, in ms. It doubles each time, up to `LONGEST_RETRY_PAUSE_MS`. */
const RETRY_PAUSE_MS = 100;
const LONGEST_RETRY_PAUSE_MS = 5_000;
/** Minimum time for the last writes of a process that stops, in ms. Other processes send each unrecorded delivery again. */
export const LAST_WRITE_MS = 1_000;

/**
 * Writes outcomes in groups, in the order in which they arrive. Ends and retries of deliveries without an ordering key are
 * independent of each other. While one group of them is being written, a second one may be written at the same time if it is
 * full, so that a slow commit does not delay all other outcomes. Any other group is written alone. That makes parking safe: if a
 * delivery is parked before the end of its predecessor is written, that end unparks it. If it is parked later, the parking finds
 * no predecessor and does nothing.
 *
 * Until the process stops, no entry is discarded. If the database is unavailable, the same group is retried. If the database
 * refuses a group, the group is halved until the entry at fault is alone. That entry is set aside and enqueued again after a
 * pause. So are entries whose row somebody else has locked, and entries of which only the change of the transport could not be
 * written. Before a refused entry is set aside, the recorder tries to write it without its notification event, and then without
 * the headers and the body of the response: these must not prevent the record.
 */
export class Recorder {
  #waiting: RecordEntry[] = [];
  /** Number of waiting entries that only park a delivery. They do not show how far recording is behind. */
  #waitingParks = 0;
  /** Groups that are being written. */
  readonly #writing = new Set<Promise<void>>();
  #isWritingAlone = false;
  /** Runs while the first outcome of a group waits for others. */
  #gathering: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #stopping = false;
  readonly #giveUp = new AbortController();
  readonly #aside = new EntriesAside((entry) => this.#enqueue(entry));
  readonly #changes = new UnwrittenChanges();
  readonly #history: RoundHistory;
  /** Changes of transports run one statement at a time, so that no change overtakes an earlier one. */
  #changing: Promise<void> = Promise.resolve();

  /** @param fullGroup size of a group that is written at once, without waiting for more outcomes or for the group before it */
  constructor(
    private readonly store: Pick<RecordStore, 'record' | 'changeTransports'>,
    private readonly fullGroup: number,
    private readonly now: () => number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#history = new RoundHistory(now);
  }

  /** Status of the writes. A group that is retried counts each time. */
  get rounds(): RoundStatus {
    return this.#history.status;
  }

  /**
   * Number of outcomes that wait for their group. Entries that were set aside count only until another entry is written.
   * Otherwise a few locked or refused rows would stop all sending.
   */
  get backlog(): number {
    return this.#waiting.length - this.#waitingParks + this.#aside.sinceWritten;
  }

  /**
   * Whether every entry since the last successful write was set aside and nothing else waits. Until one of these entries is
   * tried again after its pause, only another outcome can show whether writing works again.
   */
  get isStalled(): boolean {
    return this.#aside.sinceWritten > 0 && this.#waiting.length === 0 && this.#writing.size === 0;
  }

  /** Whether an entry of this delivery was set aside and is not written yet. */
  isUnrecorded(deliveryId: number): boolean {
    return this.#aside.has(deliveryId);
  }

  add(entry: RecordEntry): void {
    if (entry.transport) this.#changes.add(entry.transport);
    this.#enqueue(entry);
  }

  #enqueue(entry: RecordEntry): void {
    this.#waiting.push(entry);
    if (entry.parked) this.#waitingParks++;
    // The next delivery of its key waits for this record.
    if ((entry.attempt?.orderingKey ?? null) !== null) this.#isUrgent = true;
    this.#next();
  }

  /**
   * Writes what is left.
   *
   * @param giveUpAt instant of performance.now() after which no write is retried; at least one second is allowed
   */
  async stop(giveUpAt: number): Promise<void> {
    this.#stopping = true;
    this.#aside.stop();
    this.#next();
    const limitMs = Math.max(LAST_WRITE_MS, giveUpAt - performance.now());
    const limit = sleep(limitMs, undefined, { signal: this.#giveUp.signal }).catch(() => undefined);
    await Promise.race([this.#allWritten(), limit]);
    this.#giveUp.abort();
  }

  get #hasGivenUp(): boolean {
    return this.#giveUp.signal.aborted;
  }

  async #allWritten(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  /** Begins a group if it is time for one. */
  #next(): void {
    const { length } = this.#waiting;
    if (length === 0 || this.#hasGivenUp || this.#isWritingAlone) return;
    if (this.#writing.size > 0) {
      // Only a full group may begin beside another one. Otherwise it begins when the present one has ended.
      const isFull = length >= this.fullGroup && this.#writing.size < MOST_GROUPS;
      if (isFull && this.#waiting.every(isIndependent)) this.#begin();
    } else if (this.#isUrgent || this.#stopping || length >= this.fullGroup) {
      this.#begin();
    } else {
      this.#gathering ??= setTimeout(() => this.#begin(), GATHER_MS);
    }
  }

  #begin(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const most = this.fullGroup * MOST_FULL_GROUPS;
    const { group, rest } = oneOfEachDelivery(this.#waiting.slice(0, most));
    this.#waiting = [...rest, ...this.#waiting.slice(most)];
    this.#waitingParks = this.#waiting.filter(({ parked }) => parked).length;
    this.#isUrgent = false;
    this.#isWritingAlone = !group.every(isIndependent);
    const writing = this.#write(group).finally(() => {
      this.#writing.delete(writing);
      this.#isWritingAlone = false;
      // Entries that arrived meanwhile have waited long enough: they do not wait `GATHER_MS`.
      if (this.#writing.size === 0 && this.#waiting.length > 0 && !this.#hasGivenUp) this.#begin();
      else this.#next();
    });
    this.#writing.add(writing);
  }

  async #write(group: readonly RecordEntry[]): Promise<void> {
    for (let pauseMs = RETRY_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_PAUSE_MS)) {
      try {
        return await this.#finish(group, await this.#record(group));
      } catch (error) {
        const isRefused = !isTransient(error);
        this.#failed(error, isRefused ? group.map(({ deliveryId }) => deliveryId) : undefined);
        if (this.#hasGivenUp) return;
        if (isRefused) return this.#writeRefused(group, error);
        await this.#pause(pauseMs * (0.5 + Math.random()));
        if (this.#hasGivenUp) return;
      }
    }
  }

  /**
   * Called when the attempts of a group are written. Changes of transports follow in a statement of their own, so that a
   * locked transport delays only its own lane.
   */
  async #finish(group: readonly RecordEntry[], { orphaned, locked, requested }: RecordResult): Promise<void> {
    const changing: ChangingEntry[] = [];
    for (const entry of group) {
      const isOrphaned = orphaned.has(entry.deliveryId);
      if (locked.has(entry.deliveryId)) {
        this.#aside.add(entry);
      } else if (requested.has(entry.deliveryId)) {
        entry.requestedMeanwhile(this.now());
        this.#enqueue(entry);
      } else if (isChanging(entry) && !isOrphaned) {
        changing.push(entry);
      } else {
        if (entry.transport) this.#changes.delete([entry.transport]);
        this.#written(entry, isOrphaned);
      }
    }
    if (changing.length === 0) return;
    this.#changing = this.#changing.then(() => this.#change(changing));
    await this.#changing;
  }

  /** Writes the transport changes of these entries, together with earlier changes of the same transports that could not be written. */
  async #change(entries: readonly ChangingEntry[]): Promise<void> {
    const changes = this.#changes.upTo(entries.map(({ transport }) => transport));
    try {
      const locked =
        changes.length === 0 ? NOTHING.locked : await this.#writeChanges(mergeTransportRecords(changes));
      this.#changes.delete(changes.filter(({ transportId }) => !locked.has(transportId)));
      for (const entry of entries) {
        if (locked.has(entry.transport.transportId)) this.#setAsideChange(entry);
        else this.#written(entry, false);
      }
    } catch (error) {
      this.#failed(error, isTransient(error) ? undefined : changes.map(({ transportId }) => transportId));
      // Each entry is retried after its own pause. Only entries that are enqueued again at the same time share a statement.
      for (const entry of entries) this.#setAsideChange(entry);
    }
  }

  /**
   * Writes changes of transports. If the database refuses them, the events may be at fault: each change is written alone, and
   * without its events if it is refused again.
   *
   * @returns the transports of which nothing was written, because another transaction has locked a row
   */
  async #writeChanges(changes: readonly TransportRecord[]): Promise<ReadonlySet<number>> {
    try {
      return await this.store.changeTransports(changes, this.now());
    } catch (error) {
      if (!mayRefuseEvent(error) || !changes.some(({ events }) => events)) throw error;
      this.onError(error);
      if (changes.length === 1) return this.store.changeTransports(changes.map(withoutEvents), this.now());
      const locked: number[] = [];
      for (const change of changes) locked.push(...(await this.#writeChanges([change])));
      return new Set(locked);
    }
  }

  async #writeRefused(group: readonly RecordEntry[], error: unknown): Promise<void> {
    if (group.length > 1) {
      const half = group.length >> 1;
      await this.#write(group.slice(0, half));
      return this.#write(group.slice(half));
    }
    const [entry] = group as [RecordEntry];
    const { attempt } = entry;
    if (attempt?.event && mayRefuseEvent(error)) {
      entry.attempt = { ...attempt, event: undefined };
      return this.#write([entry]);
    }
    const isBare = !attempt || (attempt.responseHeaders === null && attempt.responseBody === null);
    if (!isBare && classify(error) === 'refused') {
      entry.attempt = { ...attempt, responseHeaders: null, responseBody: null };
      return this.#write([entry]);
    }
    this.#aside.add(entry);
  }

  /** @param rows the rows that the database may have refused; undefined: no row is at fault */
  #failed(error: unknown, rows: readonly number[] | undefined): void {
    // If there are several rows, it is not known which one is at fault. Writing them in halves or one by one will show it.
    this.#history.failed(error, rows?.length === 1 ? rows : rows && []);
    this.onError(error);
  }

  #written(entry: RecordEntry, isOrphaned: boolean): void {
    this.#history.succeeded();
    this.#aside.written(entry);
    entry.written(isOrphaned);
  }

  /** Sets aside only the change of the transport: the attempt is in the database. */
  #setAsideChange(entry: RecordEntry): void {
    entry.attempt = undefined;
    this.#aside.add(entry);
  }

  /** Ends early when the recorder gives up. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#giveUp.signal }).catch(() => undefined);
  }

  async #record(group: readonly RecordEntry[]): Promise<RecordResult> {
    const attempts = group.flatMap(({ attempt }) => attempt ?? []);
    const parked = group.flatMap(({ parked }) => parked ?? []);
    const postponed = group.flatMap(({ postponed }) => postponed ?? []);
    if (attempts.length + parked.length + postponed.length === 0) return NOTHING;
    return this.store.record({ attempts, parked, postponed, now: this.now() });
  }
}

const withoutEvents = ({ events: _events, ...change }: TransportRecord): TransportRecord => change;

const NOTHING: RecordResult = { orphaned: new Set(), locked: new Set(), requested: new Set() };
