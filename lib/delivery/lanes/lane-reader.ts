import { classify } from '../../persistence/errors/driver-errors.js';
import { CLOCK_SLACK_MS } from '../../persistence/ports/lane-store.js';
import type { LaneReading, LaneReadRequest, LaneStore } from '../../persistence/ports/lane-store.js';
import { RoundHistory, type RoundStatus } from '../../timing/round-history.js';
import type { EventLoader } from '../bodies/event-loader.js';
import type { DeliveryRecorder } from '../recording/delivery-recorder.js';
import type { InspectionList } from './inspection-list.js';
import type { LaneClaimer } from './lane-claimer.js';
import type { LaneClocks } from './lane-renewals.js';
import type { Lane } from './lane.js';

type Reads = ReadonlyMap<Lane, LaneReadRequest>;

export interface LaneReaderOptions extends LaneClocks {
  /** Whether rows that are read now are sent soon, so that it is worthwhile to load their bodies ahead. */
  readonly sendsSoon: () => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * Reads due rows into lanes that run low on ready rows: many lanes in one round trip, and one round trip at a time. Scans that
 * begin at the head again may be slow, so they run beside the others, in statements of their own.
 */
export class LaneReader {
  readonly #scheduled = new Set<Lane>();
  readonly #history: RoundHistory;
  #reading: Promise<void> | undefined;
  #readingFromHead: Promise<void> | undefined;

  constructor(
    private readonly store: Pick<LaneStore, 'read'>,
    private readonly bodies: Pick<EventLoader, 'loadAhead'>,
    private readonly recorder: Pick<DeliveryRecorder, 'isUnrecorded' | 'park' | 'recordCrashes'>,
    private readonly claimer: Pick<LaneClaimer, 'avoid'>,
    private readonly inspection: InspectionList,
    private readonly options: LaneReaderOptions,
  ) {
    this.#history = new RoundHistory(options.now);
  }

  /** Status of the reads. */
  get rounds(): RoundStatus {
    return this.#history.status;
  }

  /** Call this when the lane may run low: the next `read` checks it. */
  schedule(lane: Lane): void {
    this.#scheduled.add(lane);
  }

  /** Reads the scheduled lanes that run low. If a read is under way, the lanes are read after it. */
  read(): void {
    if (this.#scheduled.size === 0 || (this.#reading && this.#readingFromHead)) return;
    const clocks = { now: this.options.now() + CLOCK_SLACK_MS, elapsed: this.options.elapsed() };
    const reads = new Map<Lane, LaneReadRequest>();
    const fromHead = new Map<Lane, LaneReadRequest>();
    for (const lane of this.#scheduled) {
      const isSlow = lane.repeatsFromHead(clocks.elapsed);
      if (this.#reading && !isSlow) continue;
      this.#scheduled.delete(lane);
      const request = lane.nextRead(clocks);
      if (request) (isSlow ? fromHead : reads).set(lane, request);
    }
    if (reads.size > 0) {
      this.#reading = this.#read(reads, clocks.now).finally(() => {
        this.#reading = undefined;
        this.read();
      });
    }
    for (const [lane, request] of fromHead) this.#readFromHead(lane, request, clocks.now);
  }

  /** Resolves when no read is under way. */
  async settled(): Promise<void> {
    while (this.#reading || this.#readingFromHead) await Promise.all([this.#reading, this.#readingFromHead]);
  }

  /** Reads from the head, one lane after another. */
  #readFromHead(lane: Lane, request: LaneReadRequest, now: number): void {
    const before = this.#readingFromHead ?? Promise.resolve();
    const reading = before
      .then(() => this.#read(new Map([[lane, request]]), now))
      .finally(() => {
        if (this.#readingFromHead === reading) this.#readingFromHead = undefined;
      });
    this.#readingFromHead = reading;
  }

  async #read(reads: Reads, now: number): Promise<void> {
    let readings: LaneReading[];
    try {
      readings = await this.store.read([...reads.values()], now);
    } catch (error) {
      return this.#readFailed(reads, now, error);
    }
    this.#history.succeeded();
    if (this.options.sendsSoon()) {
      await this.bodies.loadAhead(readings.flatMap(({ rows }) => rows.map(({ eventId }) => eventId)));
    }
    const byTransport = new Map(readings.map((reading) => [reading.transportId, reading]));
    for (const [lane, { limit }] of reads) {
      const reading = byTransport.get(lane.transportId);
      if (!reading) {
        // The transport was deleted, the database belongs to another environment now, or deliveries are stopped. The next
        // refresh inspects the lane again, or finds that it is no longer held.
        lane.readFailed();
        continue;
      }
      const isUnrecorded = ({ deliveryId }: { deliveryId: number }): boolean =>
        this.recorder.isUnrecorded(deliveryId);
      const { behind, crashed } = lane.acceptRows(reading, limit, now, isUnrecorded);
      this.recorder.park(lane, behind);
      this.recorder.recordCrashes(lane, crashed);
      this.inspection.add(lane);
    }
  }

  /**
   * If a row cannot be read, or a lane takes too long, the statement fails for all lanes. Halving finds the lane at fault,
   * which is drained and avoided.
   */
  async #readFailed(reads: Reads, now: number, error: unknown): Promise<void> {
    const lanes = [...reads];
    const kind = classify(error);
    const isOfOneLane = kind === 'refused' || kind === 'busy';
    if (isOfOneLane && lanes.length > 1) {
      const half = lanes.length >> 1;
      await this.#read(new Map(lanes.slice(0, half)), now);
      return this.#read(new Map(lanes.slice(half)), now);
    }
    this.#history.failed(error, isOfOneLane ? lanes.map(([lane]) => lane.transportId) : undefined);
    this.options.onError(error);
    // Do not inspect the lanes now: the next refresh inspects every lane, after a pause.
    for (const [lane] of lanes) {
      lane.readFailed();
      if (!isOfOneLane) continue;
      lane.drain();
      this.claimer.avoid(lane.transportId);
    }
  }
}
