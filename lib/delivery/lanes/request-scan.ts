import type { RequestReading, RequestReadRequest } from '../../persistence/ports/request-store.js';
import type { LaneRead } from './lane-read.js';
import type { LaneRequests } from './lane-requests.js';
import type { ReadyRows } from './ready-rows.js';
import type { RowsInHand } from './rows-in-hand.js';
import type { RequestedRows, RowJudge } from './scan-rows.js';

/**
 * Decides when the requested redeliveries of a lane are read, regardless of their due dates, and adds them to its rows. State
 * only, no I/O.
 */
export class RequestScan {
  constructor(
    private readonly requests: LaneRequests,
    private readonly rows: RowsInHand,
    private readonly ready: ReadyRows,
    private readonly read: LaneRead,
  ) {}

  /** Whether requested deliveries have to be read. */
  get isDue(): boolean {
    return this.requests.isDue;
  }

  /**
   * The next read of requested deliveries. Call `accept` with its result, or `failed`.
   *
   * @returns undefined: there is none, or another read is under way
   */
  next(transportId: number): RequestReadRequest | undefined {
    if (this.read.isUnderWay || !this.requests.isDue) return undefined;
    this.read.begin();
    return this.requests.next(transportId);
  }

  /** Accepts the requested deliveries that were read. Those that may be sent now are ready from now on. */
  accept(reading: RequestReading, judge: RowJudge): RequestedRows {
    const areServed = this.requests.accept(reading);
    const crashed: RequestedRows['crashed'] = [];
    for (const row of reading.rows) {
      const { deliveryId } = row;
      // A row that waits behind an earlier one of its key is read when it is due.
      if (row.behind || this.requests.has(deliveryId) || this.requests.isPostponed(deliveryId)) continue;
      if (this.read.isOutdated(row)) {
        this.requests.missed();
      } else if (this.rows.includes(deliveryId)) {
        if (this.ready.putFirst(row)) this.requests.taken(deliveryId);
        else this.requests.awaits(deliveryId);
      } else if (judge.isUnrecorded(row)) {
        this.rows.addAside(row);
        this.requests.awaits(deliveryId);
      } else {
        this.rows.add(row);
        this.requests.taken(deliveryId);
        if (judge.hasCrashed(row)) crashed.push(row);
        else this.ready.addRequested(row);
      }
    }
    this.read.end();
    return { crashed, areServed };
  }

  /** The read failed. */
  failed(): void {
    this.read.end();
    this.requests.failed();
  }
}
