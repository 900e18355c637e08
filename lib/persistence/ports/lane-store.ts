import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { RateState } from '../../domain/rate-window.js';
import type { HttpTransportEntity, TransportSettings } from '../entities/http-transport.entity.js';

/**
 * How far two readings of the database's clock may differ: the server's own, and one that a process measured. Work that was
 * written as due now by one reading must not count as due later by the other.
 */
export const CLOCK_SLACK_MS = 20;

type StoredColumn =
  | 'tenantUid'
  | 'httpTransportUid'
  | 'signingSecrets'
  | 'state'
  | 'failingSince'
  | 'failingWarned'
  | 'version';

/** A transport's configuration as stored (secrets encrypted), as a lane's holder needs it. */
export interface StoredTransport
  extends Readonly<Omit<TransportSettings, 'name'>>, Readonly<Pick<HttpTransportEntity, StoredColumn>> {
  /** The JSON in one of its columns cannot be parsed, so nothing can be sent to it. Default: false. */
  readonly isDamaged?: boolean;
}

/** A lane that has something due and that nobody holds, or whose holder's lease has expired. */
export interface DueLane {
  readonly transportId: number;
  readonly tenantUid: string;
  /** Scheme, host and port of its transport's URL; '': unknown. */
  readonly origin: string;
  /** Ids of the keys that its transport's secrets are encrypted with (see `keyIdsIn`). */
  readonly encryptedWith: string;
  readonly dueAt: number;
}

/** Position in the list of due lanes: reading continues strictly after this lane, in the order (due date, transport). */
export type DueCursor = Pick<DueLane, 'dueAt' | 'transportId'>;
export const FIRST_DUE: DueCursor = { dueAt: -1, transportId: -1 };

/** A lane just claimed. */
export interface ClaimedLane {
  readonly transportId: number;
  /** Fencing token: rises with each claim. A process with an older token no longer holds the lane. */
  readonly leaseToken: number;
  /** Length of the lease from the claim, in ms. */
  readonly leaseMs: number;
  /** Rises whenever work is added. */
  readonly version: number;
  /** See `LaneReading.requestsVersion`. */
  readonly requestsVersion: number;
  readonly blockedUntil: number;
  /** Number of holders in a row that ended without releasing the lane. */
  readonly crashes: number;
  readonly consecutiveFailures: number;
  readonly rate: RateState;
  /** See `LaneHandover`. */
  readonly scanFrom: number;
  readonly transport: StoredTransport;
}

/** Position in a lane: reading continues strictly after this row; `{ dueAt: -1, deliveryId: -1 }` is the head. */
export interface LaneCursor {
  readonly dueAt: number;
  readonly deliveryId: number;
}

export interface LaneReadRequest {
  readonly transportId: number;
  readonly after: LaneCursor;
  readonly limit: number;
}

/** A row of the queue: a pending delivery. */
export interface QueuedDelivery {
  readonly transportId: number;
  readonly dueAt: number;
  readonly deliveryId: number;
  readonly eventId: number;
  /** Attempts recorded so far. */
  readonly attempts: number;
  readonly orderingKey: string | null;
  /** True if an earlier delivery of the same key is still in the queue: this one must be parked, not sent. */
  readonly behind: boolean;
  /**
   * Number of crashes during the current attempt. Greater than 0 only for the last attempt of the schedule, whose first
   * crashes are not counted as attempts.
   */
  readonly lostAttempts: number;
  /**
   * Fencing token of the holder that noted this delivery before it sent the current attempt. 0: only an earlier attempt was
   * noted. Null: none was.
   */
  readonly notedToken: number | null;
  /** Trigger of the next attempt if somebody requested it; null: `SCHEDULE`. */
  readonly requested: RequestedTrigger | null;
}

export interface LaneReading {
  readonly transportId: number;
  /**
   * The lane's version in the snapshot that the rows were read from. On SQLite it may be older than the rows, but never newer.
   */
  readonly version: number;
  /**
   * The lane's version at the latest request for a redelivery (`MANUAL`), read together with `version`; 0: the queue has no
   * delivery with such a request. See `RequestStore`.
   */
  readonly requestsVersion: number;
  /** Due rows in the order `(dueAt, deliveryId)`. Fewer rows than the limit mean that the scan has ended. */
  readonly rows: readonly QueuedDelivery[];
  /** When the first delivery that is not due yet becomes due; null: there is none. */
  readonly nextDueAt: number | null;
}

/** The state of a lane that its holder checks. */
export interface LaneCheck {
  readonly transportId: number;
  readonly leaseToken: number;
  /** False: the lane was released, even if the holder never received the result of its release. */
  readonly isHeld: boolean;
  readonly version: number;
  /** See `LaneReading.requestsVersion`. */
  readonly requestsVersion: number;
  readonly transportVersion: number;
}

export interface HeldLane {
  readonly transportId: number;
  readonly leaseToken: number;
}

/** Run-time state of a lane that is passed to its next holder. */
export interface LaneHandover {
  readonly consecutiveFailures: number;
  readonly rate: RateState;
  /**
   * Due date up to which scans have come: every row with an earlier due date has been read and recorded, except rows that
   * were committed late. The next holder begins a little before it (see `ScanProgress`). -1: at the head. So it does not read
   * the dead rows at the head: there are many while the snapshot of another session, such as a backup, keeps vacuum from
   * removing them.
   */
  readonly scanFrom: number;
}

export interface LaneRenewal extends HeldLane, LaneHandover {
  readonly leaseMs: number;
}

export interface LaneRelease extends HeldLane, LaneHandover {
  /** The version before the last whole scan: the release fails if work was added since. Null: release at any version. */
  readonly version: number | null;
  /**
   * When the lane should be claimed again; null: when it is notified. Independently of this value, the lane of a transport
   * that is paused or disabled has no due date, and a blocked lane is not due before its block ends.
   */
  readonly dueAt: number | null;
}

export interface EventContent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: string;
  /** W3C trace context of the emit; null: it has none. */
  readonly traceparent: string | null;
  /** When the event was emitted, ms since the epoch. */
  readonly emittedAt: number;
}

export interface ClaimRequest {
  /** Identifies the process. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly transportIds: readonly number[];
}

/**
 * How lanes are claimed, read, renewed and released. Every call takes one round trip, however many lanes it handles.
 * Instants, such as due dates, are ms since the epoch on the database's clock. While deliveries are stopped, or if the
 * database belongs to another environment than the process, `due`, `claim` and `read` return nothing.
 */
export interface LaneStore {
  /** Reads due lanes, longest due first. It locks nothing: another process may claim them first. */
  due(after: DueCursor, limit: number): Promise<DueLane[]>;

  /**
   * Claims those of the given lanes that are still due and not locked by another transaction. If the lease of a lane has
   * expired, the claim counts a crash of its holder.
   */
  claim(request: ClaimRequest): Promise<ClaimedLane[]>;

  /** Notes that the holder with this token is about to send the delivery, so that the next holder can detect a crash. */
  note(delivery: QueuedDelivery, leaseToken: number): Promise<void>;

  /** Reads due rows of lanes that this process holds. `now` is the database's clock in ms. */
  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]>;

  /** Reads the current version and fencing token of lanes. If a lane is missing from the result, it was deleted. */
  check(transportIds: readonly number[]): Promise<LaneCheck[]>;

  /**
   * Extends leases, except of lanes that another transaction has locked.
   *
   * @returns the transports whose lease was extended. Call `check` to find out whether the others are still held.
   */
  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>>;

  /** Releases lanes, except those that another transaction has locked. @returns the transports that were released */
  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>>;

  /** Resets the number of crashes to 0 for lanes whose holder lost its lease but did not crash. */
  forgiveCrashes(transportIds: readonly number[]): Promise<void>;

  /** The current configuration of transports. */
  transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>>;

  /**
   * Bodies to be sent, the oldest event first: as many as it takes to reach `leastBytes`, so at most that size plus one
   * body. If an event older than the last one of the result is missing, its body is not stored any more: it was erased, or the
   * event was deleted. If the result is empty, this applies to all of the events.
   */
  contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]>;
}
