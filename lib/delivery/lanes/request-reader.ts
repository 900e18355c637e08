import type {
  RequestReading,
  RequestReadRequest,
  RequestStore,
  ServedRequests,
} from '../../persistence/ports/request-store.js';
import type { DeliveryRecorder } from '../recording/delivery-recorder.js';
import { inHalves } from './in-halves.js';
import type { InspectionList } from './inspection-list.js';
import type { LaneClaimer } from './lane-claimer.js';
import type { LaneClocks } from './lane-renewals.js';
import type { Lane } from './lane.js';

type Read = readonly [Lane, RequestReadRequest];

export interface RequestReaderOptions extends LaneClocks {
  readonly onError: (error: unknown) => void;
}

/**
 * Reads the deliveries whose redelivery was requested, so that their lanes send them first: many lanes in one round trip, and
 * one round trip at a time. A lane without requests costs nothing.
 */
export class RequestReader {
  readonly #scheduled = new Set<Lane>();
  #reading: Promise<void> | undefined;

  constructor(
    private readonly store: Pick<RequestStore, 'read' | 'clear'>,
    private readonly recorder: Pick<DeliveryRecorder, 'isUnrecorded' | 'recordCrashes'>,
    private readonly claimer: Pick<LaneClaimer, 'avoid'>,
    private readonly inspection: InspectionList,
    private readonly options: RequestReaderOptions,
  ) {}

  /** Call this when the lane may have requests: the next `read` reads them. */
  schedule(lane: Lane): void {
    if (lane.hasRequests) this.#scheduled.add(lane);
  }

  /** Reads the requests of the scheduled lanes. If a read is under way, they are read after it. */
  read(): void {
    if (this.#scheduled.size === 0 || this.#reading) return;
    const clocks = { now: this.options.now(), elapsed: this.options.elapsed() };
    // A lane that has another read under way is put on the inspection list again when that read has succeeded. If it fails, the
    // next refresh does that.
    const reads = [...this.#scheduled].flatMap((lane): Read[] => {
      const request = lane.nextRequests(clocks);
      return request ? [[lane, request]] : [];
    });
    this.#scheduled.clear();
    if (reads.length === 0) return;
    this.#reading = this.#read(reads).finally(() => {
      this.#reading = undefined;
      this.read();
    });
  }

  /** Resolves when no read is under way. */
  async settled(): Promise<void> {
    while (this.#reading) await this.#reading;
  }

  async #read(reads: readonly Read[]): Promise<void> {
    const unread = new Set(reads.map(([lane]) => lane));
    const served: ServedRequests[] = [];
    try {
      await inHalves(
        reads,
        async (some) => {
          const readings = await this.store.read(some.map(([, request]) => request));
          for (const [lane, reading] of readingsOf(some, readings)) {
            unread.delete(lane);
            if (this.#accept(lane, reading))
              served.push({ transportId: lane.transportId, requestsVersion: reading.requestsVersion });
          }
        },
        ([lane], error) => this.#refused(lane, error),
      );
      if (served.length > 0) await this.store.clear(served);
    } catch (error) {
      this.options.onError(error);
    }
    // Nothing was read of these lanes: the database refused the read, was not available, or belongs to another environment;
    // deliveries are stopped; or the transport was deleted. The next refresh inspects every lane.
    for (const lane of unread) lane.requestsFailed();
  }

  /** @returns whether no request is left */
  #accept(lane: Lane, reading: RequestReading): boolean {
    const { crashed, areServed } = lane.acceptRequests(reading, ({ deliveryId }) =>
      this.recorder.isUnrecorded(deliveryId),
    );
    this.recorder.recordCrashes(lane, crashed);
    this.inspection.add(lane);
    return areServed;
  }

  /** A row of the lane cannot be read: this process releases the lane and does not claim it again for a while. */
  #refused(lane: Lane, error: unknown): void {
    this.options.onError(error);
    lane.drain();
    this.claimer.avoid(lane.transportId);
  }
}

function readingsOf(reads: readonly Read[], readings: readonly RequestReading[]): [Lane, RequestReading][] {
  const byTransport = new Map(readings.map((reading) => [reading.transportId, reading]));
  return reads.flatMap(([lane]): [Lane, RequestReading][] => {
    const reading = byTransport.get(lane.transportId);
    return reading ? [[lane, reading]] : [];
  });
}
