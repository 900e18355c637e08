import { setTimeout as sleep } from 'node:timers/promises';
import { classify } from '../../persistence/driver-errors.js';
import { isPassing } from '../../persistence/is-passing.js';
import type {
  AttemptRecord,
  PostponedDelivery,
  QueueKey,
  RecordResult,
  RecordStore,
  TransportRecord,
} from '../../persistence/record-store.js';
import { RoundHistory, type RoundStatus } from '../../timing/round-history.js';
import { mergeTransportRecords } from './merge-transport-records.js';
import { UnwrittenChanges } from './unwritten-changes.js';

/** How long the first outcome of a group waits for others. */
const GATHER_MS = 5;
/** Entries that one group holds at most, as a multiple of a full one: on SQLite it blocks the event loop. */
const MOST_FULL_GROUPS = 4;
/** Groups under way at once. */
const MOST_GROUPS = 2;
const RETRY_PAUSE_MS = 100;
const LONGEST_RETRY_PAUSE_MS = 5_000;
/** How long an entry that cannot be written waits apart, doubled each time up to the longest. */
const ASIDE_MS = 250;
const LONGEST_ASIDE_MS = 10_000;
/** When a process stops, the rest gets at least this long: others would send again what is not recorded. */
export const LAST_WRITE_MS = 1_000;

/** Something to write about one delivery, and what to do when it is in the database. */
export interface RecordEntry {
  readonly deliveryId: number;
  /** Cleared by the recorder once it is written and only `transport` is left to be written. */
  attempt?: AttemptRecord | undefined;
  readonly transport?: TransportRecord | undefined;
  readonly parked?: QueueKey | undefined;
  readonly postponed?: PostponedDelivery | undefined;
  /** It cannot be written for now. Called once; `written` follows some time. */
  setAside(): void;
  /** The recorder's: how long the entry waited apart last; undefined: it was not set aside yet. */
  pauseMs?: number | undefined;
  /** @param isOrphaned somebody else has changed the queue row since: the attempt has changed nothing */
  written(isOrphaned: boolean): void;
}

type ChangingEntry = RecordEntry & Required<Pick<RecordEntry, 'transport'>>;

/**
 * Writes what happened, in groups, in the order in which it came in. Ends and retries of unordered deliveries are
 * independent of each other: while one group of them is under way, a full one may follow it, so that a database whose
 * commits are slow does not hold everybody up. Any other group is written alone. That makes parking safe: a delivery
 * is parked behind an earlier one of its key either before the end of that one is written, which then unparks it, or
 * after, when the parking finds no predecessor and does nothing.
 *
 * Nothing is given up. While the database is away, a group is tried again as it is. A group that it refuses is halved until
 * the entry at fault stands alone; that one is set aside, together with entries whose row somebody else has locked, and
 * comes in again after a pause.
 */
export class Recorder {
  #waiting: RecordEntry[] = [];
  /** Deliveries among them that are only parked: they say nothing about how far recording is behind. */
  #waitingParks = 0;
  /** Groups under way. */
  readonly #writing = new Set<Promise<void>>();
  #isWritingAlone = false;
  /** Runs while the first outcome of a group waits for others. */
  #gathering: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #stopping = false;
  readonly #giveUp = new AbortController();
  /** How many entries were set aside and are not written yet, by delivery. */
  readonly #aside = new Map<number, number>();
  /** How many entries were set aside since anything was last written. */
  #asideSinceWritten = 0;
  /** Pauses that are under way. */
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  readonly #changes = new UnwrittenChanges();
  readonly #history: RoundHistory;
  /** One statement at a time, so that no change overtakes an earlier one. */
  #changing: Promise<void> = Promise.resolve();

  /** @param fullGroup the size of a group that waits neither for others nor for the one before it */
  constructor(
    private readonly store: Pick<RecordStore, 'record' | 'changeTransports'>,
    private readonly fullGroup: number,
    private readonly now: () => number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#history = new RoundHistory(now);
  }

  /** How writing has gone: a group that is tried again counts each time. */
  get rounds(): RoundStatus {
    return this.#history.status;
  }

  /**
   * Outcomes that wait for their group. Entries that were set aside count only while nothing at all can be written:
   * otherwise rows that are locked or refused would keep everybody from sending.
   */
  get backlog(): number {
    return this.#waiting.length - this.#waitingParks + this.#asideSinceWritten;
  }

  /** Whether entries were set aside one after another and nothing else waits: only another outcome shows whether that is over. */
  get isStalled(): boolean {
    return this.#asideSinceWritten > 0 && this.#waiting.length === 0 && this.#writing.size === 0;
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
    // The next one of its key waits for it.
    if ((entry.attempt?.orderingKey ?? null) !== null) this.#isUrgent = true;
    this.#next();
  }

  /**
   * Writes the rest.
   *
   * @param giveUpAt performance.now() after which nothing is tried again; in a second at the earliest
   */
  async stop(giveUpAt: number): Promise<void> {
    this.#stopping = true;
    // The entries that were set aside come in first.
    for (const [timer, comeIn] of this.#pauses) {
      clearTimeout(timer);
      comeIn();
    }
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
      // Otherwise the end of the group under way begins the next.
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
      // What has come meanwhile has waited long enough.
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
        const isRefused = !isPassing(error);
        this.#failed(error, isRefused ? group.map(({ deliveryId }) => deliveryId) : undefined);
        if (this.#hasGivenUp) return;
        if (isRefused) return this.#writeRefused(group, error);
        await this.#pause(pauseMs * (0.5 + Math.random()));
        if (this.#hasGivenUp) return;
      }
    }
  }

  /** The attempts are written; then the transports are, apart, so that a locked one delays only its own lane. */
  async #finish(group: readonly RecordEntry[], { orphaned, locked }: RecordResult): Promise<void> {
    const changing: ChangingEntry[] = [];
    for (const entry of group) {
      const isOrphaned = orphaned.has(entry.deliveryId);
      if (locked.has(entry.deliveryId)) {
        this.#setAside(entry);
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

  /** Writes what these entries have learned, and what was learned before of the same transports and could not be written. */
  async #change(entries: readonly ChangingEntry[]): Promise<void> {
    const changes = this.#changes.upTo(entries.map(({ transport }) => transport));
    try {
      const locked =
        changes.length === 0
          ? NOTHING.locked
          : await this.store.changeTransports(mergeTransportRecords(changes), this.now());
      this.#changes.delete(changes.filter(({ transportId }) => !locked.has(transportId)));
      for (const entry of entries) {
        if (locked.has(entry.transport.transportId)) this.#setAsideChange(entry);
        else this.#written(entry, false);
      }
    } catch (error) {
      this.#failed(error, isPassing(error) ? undefined : changes.map(({ transportId }) => transportId));
      // Each is tried again by itself: entries that come in again together form one group.
      for (const entry of entries) this.#setAsideChange(entry);
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
    const isBare = !attempt || (attempt.responseHeaders === null && attempt.responseBody === null);
    if (!isBare && classify(error) === 'refused') {
      entry.attempt = { ...attempt, responseHeaders: null, responseBody: null };
      return this.#write([entry]);
    }
    this.#setAside(entry);
  }

  /** @param rows the row that the database refused, or all that may be it; undefined: no row is at fault */
  #failed(error: unknown, rows: readonly number[] | undefined): void {
    // Of many it is not known which: they are written in halves, or each by itself, which tells.
    this.#history.failed(error, rows?.length === 1 ? rows : rows && []);
    this.onError(error);
  }

  #written(entry: RecordEntry, isOrphaned: boolean): void {
    this.#history.succeeded();
    if (entry.pauseMs !== undefined) {
      const others = this.#aside.get(entry.deliveryId)! - 1;
      if (others > 0) this.#aside.set(entry.deliveryId, others);
      else this.#aside.delete(entry.deliveryId);
    }
    this.#asideSinceWritten = 0;
    entry.written(isOrphaned);
  }

  /** Its attempt is in the database. */
  #setAsideChange(entry: RecordEntry): void {
    entry.attempt = undefined;
    this.#setAside(entry);
  }

  /** Lets the entry come in again after a pause. */
  #setAside(entry: RecordEntry): void {
    const pauseMs = entry.pauseMs === undefined ? ASIDE_MS : Math.min(entry.pauseMs * 2, LONGEST_ASIDE_MS);
    if (entry.pauseMs === undefined) {
      this.#asideSinceWritten++;
      this.#aside.set(entry.deliveryId, (this.#aside.get(entry.deliveryId) ?? 0) + 1);
      entry.setAside();
    }
    entry.pauseMs = pauseMs;
    // A process that stops has tried it once more.
    if (this.#stopping) return;
    const comeIn = (): void => {
      this.#pauses.delete(timer);
      this.#enqueue(entry);
    };
    const timer = setTimeout(comeIn, pauseMs * (0.75 + Math.random() / 2));
    this.#pauses.set(timer, comeIn);
  }

  /** Ends early when there is nothing to wait for any more. */
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

const NOTHING: RecordResult = { orphaned: new Set(), locked: new Set() };

/**
 * A group holds one entry of each delivery: two attempts of the same number would both find their row unchanged. There are
 * two if this process lost a lane, claimed it again, and had a request of each time in flight.
 */
function oneOfEachDelivery(entries: RecordEntry[]): { group: RecordEntry[]; rest: RecordEntry[] } {
  const seen = new Set<number>();
  const rest = entries.filter(({ deliveryId }) => seen.size === seen.add(deliveryId).size);
  return rest.length === 0
    ? { group: entries, rest }
    : { group: entries.filter((entry) => !rest.includes(entry)), rest };
}

const isChanging = (entry: RecordEntry): entry is ChangingEntry => entry.transport !== undefined;

/** Whether it concerns an unordered delivery and nothing else. */
const isIndependent = ({ attempt, parked, postponed }: RecordEntry): boolean =>
  parked === undefined && postponed === undefined && (attempt === undefined || attempt.orderingKey === null);
