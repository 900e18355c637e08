import type { HealthPolicy } from '../../domain/transport-health.js';
import type {
  ClaimedLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  QueuedDelivery,
} from '../../persistence/ports/lane-store.js';
import type { RequestReading, RequestReadRequest } from '../../persistence/ports/request-store.js';
import type { TransportConfig } from '../sending/transport-config.js';
import { LaneHold, type Clocks } from './lane-hold.js';
import { LaneQuarantine } from './lane-quarantine.js';
import { LaneScan } from './lane-scan.js';
import { readAheadOf } from './read-ahead.js';
import type { RequestedRows, RowJudge, UnsentRows } from './scan-rows.js';

/** The versions of a lane in the database. The holder compares them with the versions that it has read before. */
export type LaneVersions = Pick<LaneCheck, 'version' | 'requestsVersion' | 'transportVersion'>;

/**
 * A held lane with its rows: which are to be read, and what happened to those that were read. State only, no I/O. `LaneScan`
 * describes the reads, and `LaneQuarantine` describes quarantine mode.
 */
export class LaneRows extends LaneHold {
  protected readonly scan: LaneScan;
  protected readonly quarantine: LaneQuarantine;
  readonly #hasCrashed: RowJudge['hasCrashed'] = (row) => this.quarantine.hasCrashed(row);

  /** @param claimedAt on the elapsed clock, before the query that claimed the lane was sent */
  constructor(claimed: ClaimedLane, config: TransportConfig, claimedAt: number, policy: HealthPolicy) {
    super(claimed, config, claimedAt, policy);
    this.scan = new LaneScan(claimed.scanFrom, claimedAt, claimed.requestsVersion);
    this.quarantine = new LaneQuarantine(claimed.crashes, claimed.leaseToken);
  }

  // ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Work was added, or may have been. */
  notifyWorkAdded(): void {
    this.scan.notifyWorkAdded();
  }

  /** Whether work was added, or may have been, since the last scan began. */
  get isNotified(): boolean {
    return this.scan.isNotified;
  }

  /** Compares the lane with its versions in the database. @returns whether `config` is outdated and has to be read */
  checked({ version, requestsVersion, transportVersion }: LaneVersions): boolean {
    this.scan.noticeVersion(version, requestsVersion);
    return transportVersion !== this.config.version;
  }

  /** Whether the next read may be slow (see `LaneScan`). */
  repeatsFromHead(elapsed: number): boolean {
    return this.scan.repeatsFromHead(elapsed);
  }

  /**
   * The next read, if the lane runs low. Call `acceptRows` with its result, or `readFailed`.
   *
   * @returns undefined: nothing is to be read now
   */
  nextRead({ elapsed, now }: Clocks): LaneReadRequest | undefined {
    if (this.scan.isReading || !this.isOpen(now)) return undefined;
    const readAhead = readAheadOf(this.config.maxConcurrency);
    if (this.scan.freshCount >= readAhead / 2 || this.scan.parkingCount >= readAhead) return undefined;
    return this.scan.nextRead(this.transportId, now, elapsed, readAhead);
  }

  /**
   * Accepts the rows that were read.
   *
   * @param limit as it was requested
   * @param readAt the instant up to which due rows were read
   * @param isUnrecorded whether this process could not record the outcome of a row yet
   * @returns rows that are in hand from now on and must not be sent
   */
  acceptRows(
    reading: LaneReading,
    limit: number,
    readAt: number,
    isUnrecorded: RowJudge['isUnrecorded'],
  ): UnsentRows {
    return this.scan.acceptRows(reading, limit, readAt, { hasCrashed: this.#hasCrashed, isUnrecorded });
  }

  /** The read failed. */
  readFailed(): void {
    this.scan.failed();
  }

  /** Whether requests for redeliveries have to be read. */
  get hasRequests(): boolean {
    return this.scan.requested.isDue;
  }

  /**
   * The next read of requested deliveries. Call `acceptRequests` with its result, or `requestsFailed`.
   *
   * @returns undefined: none is to be read now
   */
  nextRequests({ now }: Clocks): RequestReadRequest | undefined {
    return this.isOpen(now) ? this.scan.requested.next(this.transportId) : undefined;
  }

  /**
   * Accepts requested deliveries that were read.
   *
   * @param isUnrecorded whether this process could not record the outcome of a row yet
   * @returns rows that are in hand from now on and must not be sent, and whether no request is left
   */
  acceptRequests(reading: RequestReading, isUnrecorded: RowJudge['isUnrecorded']): RequestedRows {
    return this.scan.requested.accept(reading, { hasCrashed: this.#hasCrashed, isUnrecorded });
  }

  /** The read of requested deliveries failed. */
  requestsFailed(): void {
    this.scan.requested.failed();
  }

  // ── outcomes ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether the delivery is ready, in flight, or awaiting its record. */
  hasInHand(delivery: QueuedDelivery): boolean {
    return this.scan.hasInHand(delivery);
  }

  /** An attempt did not take place or was aborted, and nothing is recorded: the delivery is due as before. */
  returned(delivery: QueuedDelivery): void {
    this.scan.returned(delivery);
  }

  /**
   * The outcome of a delivery cannot be recorded for now. That does not keep the lane from being released. If there are
   * `maxConcurrency` such deliveries, the lane sends nothing more: each of them would be sent again after a crash.
   */
  setAside(delivery: QueuedDelivery): void {
    this.scan.setAside(delivery);
  }

  /** The outcome is in the database: the delivery is no longer in hand. */
  recorded(delivery: QueuedDelivery, nextDueAt: number | null): void {
    this.scan.recorded(delivery, nextDueAt);
    this.#drainAfterQuarantine();
  }

  /** The delivery could not be attempted. It is due again later, and a request for its redelivery waits until then. */
  postponed(delivery: QueuedDelivery, nextDueAt: number): void {
    this.scan.postponed(delivery, nextDueAt);
    this.#drainAfterQuarantine();
  }

  /** The delivery was parked, unless its predecessor had ended by then. */
  parked(delivery: QueuedDelivery): void {
    this.scan.parked(delivery);
  }

  /** The outcome changed nothing, since somebody else has changed the delivery's row: it may be due at any time. */
  orphaned(delivery: QueuedDelivery): void {
    this.scan.orphaned(delivery);
  }

  /** Drains the lane once enough deliveries have an outcome, because the release ends quarantine mode. */
  #drainAfterQuarantine(): void {
    if (this.quarantine.recorded(this.config.maxConcurrency)) this.drain();
  }
}
