import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AttemptRecord,
  ParkedDelivery,
  RecordStore,
  TransportRecord,
} from '../persistence/record-store.js';

/** How long the first outcome of a group waits for company. */
const GATHER_MS = 5;
/** Groups under way at once. */
const MOST_GROUPS = 2;
const RETRY_PAUSE_MS = 100;
const LONGEST_RETRY_PAUSE_MS = 5_000;
/** What is left when a process stops gets at least this long: it is all that others would send again. */
export const LAST_WRITE_MS = 1_000;

/** Something to write, and what to do when it is in the database. */
export interface RecordEntry {
  readonly attempt?: AttemptRecord;
  readonly transport?: TransportRecord;
  readonly parked?: ParkedDelivery;
  /** @param isOrphaned the delivery had moved on before: what the queue holds of it now is somebody else's doing */
  readonly written: (isOrphaned: boolean) => void;
}

/**
 * Writes what happened, in groups, in the order it came in. Ends and retries of unordered deliveries have nothing to do
 * with each other: while one group of them is under way, a full one follows it, so that a database whose commits take
 * long does not hold everybody up. Any other group is written alone. That is what makes parking safe: a delivery is parked
 * behind an earlier one of its key either before that one's end is written, which then wakes it, or after, when the
 * parking finds nobody in front of it and does nothing.
 *
 * Nothing is given up: while the database is away, a group is tried again; a group it refuses is cut in
 * half until the entry that it cannot store stands alone, which is then stored without what the receiver sent.
 */
export class Recorder {
  #waiting: RecordEntry[] = [];
  /** Groups under way. */
  readonly #writing = new Set<Promise<void>>();
  #isWritingAlone = false;
  /** Runs while the first outcome of a group waits for company. */
  #gathering: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #stopping = false;
  readonly #giveUp = new AbortController();

  /** @param fullGroup the size of a group that waits neither for company nor for the one before it */
  constructor(
    private readonly store: Pick<RecordStore, 'record'>,
    private readonly fullGroup: number,
    private readonly now: () => number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Entries that wait for their group. */
  get backlog(): number {
    return this.#waiting.length;
  }

  add(entry: RecordEntry): void {
    this.#waiting.push(entry);
    // The next one of its key waits for it.
    if ((entry.attempt?.orderingKey ?? null) !== null) this.#isUrgent = true;
    this.#next();
  }

  /**
   * Writes what is left.
   *
   * @param giveUpAt performance.now() after which a database that is away is not tried again; in a second at the earliest
   */
  async stop(giveUpAt: number): Promise<void> {
    this.#stopping = true;
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

  /** Begins a group, if it is time for one. */
  #next(): void {
    const { length } = this.#waiting;
    if (length === 0 || this.#hasGivenUp || this.#isWritingAlone) return;
    if (this.#writing.size > 0) {
      // Else the end of the group under way begins the next.
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
    const group = this.#waiting;
    this.#waiting = [];
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

  async #write(group: RecordEntry[]): Promise<void> {
    for (let pauseMs = RETRY_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_PAUSE_MS)) {
      try {
        const orphaned = await this.#record(group);
        for (const entry of group)
          entry.written(entry.attempt !== undefined && orphaned.has(entry.attempt.deliveryId));
        return;
      } catch (error) {
        this.onError(error);
        if (this.#hasGivenUp) return;
        if (isRefusal(error)) return this.#writeRefused(group, error);
        await this.#pause(pauseMs * (0.5 + Math.random()));
        if (this.#hasGivenUp) return;
      }
    }
  }

  /** Ends early when there is nothing to wait for any more. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#giveUp.signal }).catch(() => undefined);
  }

  async #writeRefused(group: RecordEntry[], error: unknown): Promise<void> {
    if (group.length > 1) {
      const half = Math.ceil(group.length / 2);
      await this.#write(group.slice(0, half));
      await this.#write(group.slice(half));
      return;
    }
    const [entry] = group as [RecordEntry];
    const { attempt } = entry;
    const isBare = !attempt || (attempt.responseHeaders === null && attempt.responseBody === null);
    // Left in hand: it is not sent again before its lane is taken anew, and nobody else waits for it.
    if (isBare)
      return this.onError(
        new Error(`The outcome of delivery ${attempt?.deliveryId} cannot be stored`, { cause: error }),
      );
    await this.#write([{ ...entry, attempt: { ...attempt, responseHeaders: null, responseBody: null } }]);
  }

  #record(group: RecordEntry[]): Promise<ReadonlySet<number>> {
    return this.store.record({
      attempts: group.flatMap(({ attempt }) => attempt ?? []),
      transports: merged(group.flatMap(({ transport }) => transport ?? [])),
      parked: group.flatMap(({ parked }) => parked ?? []),
      now: this.now(),
    });
  }
}

/** Several attempts of one transport in a group: the latest news about it. */
function merged(changes: TransportRecord[]): TransportRecord[] {
  const byTransport = new Map<number, TransportRecord>();
  for (const change of changes) {
    const before = byTransport.get(change.transportId);
    byTransport.set(change.transportId, {
      ...before,
      ...change,
      blockedUntil: Math.max(before?.blockedUntil ?? 0, change.blockedUntil ?? 0) || null,
    });
  }
  return [...byTransport.values()];
}

/** Whether it concerns an unordered delivery and nothing else. */
const isIndependent = ({ attempt, transport, parked }: RecordEntry): boolean =>
  attempt?.orderingKey === null && transport === undefined && parked === undefined;

/** SQLSTATE classes in which the statement itself is at fault: data exception, integrity, syntax, program limit. */
const REFUSAL = /^(22|23|42|54)/;

const isRefusal = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code;
  return (
    typeof code === 'string' &&
    (REFUSAL.test(code) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|ERROR)/.test(code))
  );
};
