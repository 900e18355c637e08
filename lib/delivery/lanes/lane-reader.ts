import { CLOCK_SLACK_MS } from '../persistence/lane-store.js';
import type {
  EventContent,
  LaneReading,
  LaneReadRequest,
  LaneStore,
  QueuedDelivery,
} from '../persistence/lane-store.js';
import type { OutgoingEvent } from './event-contents.js';
import { EventLoader } from './event-loader.js';
import type { Lane } from './lane.js';
import type { TransportProblem } from './transport-config.js';

const EVENT_MISSING = {
  ok: false,
  code: 'EVENT_MISSING',
  message: 'The event is not stored any more.',
} as const;

export interface LaneReaderOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Rows that wait behind an earlier one of their ordering key. */
  readonly park: (lane: Lane, rows: readonly QueuedDelivery[]) => void;
  /** Rows of which processes have died. */
  readonly condemn: (lane: Lane, rows: readonly QueuedDelivery[]) => void;
  /** The lane has been read. */
  readonly touch: (lane: Lane) => void;
  readonly onError: (error: unknown) => void;
}

/** Reads what is due into lanes that run low, many lanes in one round trip, and the first of the bodies that are not at hand. */
export class LaneReader {
  readonly #events: EventLoader;
  readonly #wanted = new Set<Lane>();
  #reading: Promise<void> | undefined;

  constructor(
    private readonly store: LaneStore,
    private readonly options: LaneReaderOptions,
  ) {
    this.#events = new EventLoader(store);
  }

  /** Bodies that somebody had at hand. */
  remember(contents: Iterable<EventContent>): void {
    this.#events.remember(contents);
  }

  /** The lane may want to be read. */
  offer(lane: Lane): void {
    this.#wanted.add(lane);
  }

  /** Reads the lanes that want it, unless a read is under way, which ends with touching its lanes. */
  read(): void {
    if (this.#reading || this.#wanted.size === 0) return;
    const now = this.options.now() + CLOCK_SLACK_MS;
    const reads = new Map<Lane, LaneReadRequest>();
    for (const lane of this.#wanted) {
      const request = lane.nextRead(now);
      if (request) reads.set(lane, request);
    }
    this.#wanted.clear();
    if (reads.size === 0) return;
    this.#reading = this.#read(reads, now).finally(() => {
      this.#reading = undefined;
      this.read();
    });
  }

  /** Resolves when no read is under way. */
  async settled(): Promise<void> {
    while (this.#reading) await this.#reading;
  }

  /** What a delivery sends: usually at hand. */
  contentOf({ eventId }: QueuedDelivery): OutgoingEvent | Promise<OutgoingEvent | TransportProblem> {
    return this.#events.get(eventId) ?? this.#load(eventId);
  }

  async #read(reads: ReadonlyMap<Lane, LaneReadRequest>, now: number): Promise<void> {
    try {
      const readings = await this.store.read([...reads.values()], now);
      await this.#events.loadAhead(readings.flatMap(({ rows }) => rows.map(({ eventId }) => eventId)));
      const byTransport = new Map(readings.map((reading) => [reading.transportId, reading]));
      for (const [lane, { limit }] of reads) {
        const reading = byTransport.get(lane.transportId);
        if (reading) {
          this.#accept(lane, reading, limit);
          this.options.touch(lane);
        } else {
          // Deleted, or another environment's by now: not touched, so that the next refresh finds out which.
          lane.readFailed();
        }
      }
    } catch (error) {
      // Not touched: the next refresh touches every lane, after a pause.
      for (const lane of reads.keys()) lane.readFailed();
      this.options.onError(error);
    }
  }

  #accept(lane: Lane, reading: LaneReading, limit: number): void {
    const { behind, condemned } = lane.accept(reading, limit);
    this.options.park(lane, behind);
    this.options.condemn(lane, condemned);
  }

  async #load(eventId: number): Promise<OutgoingEvent | TransportProblem> {
    return (await this.#events.load(eventId)) ?? EVENT_MISSING;
  }
}
