import type { RateState } from '../domain/rate-window.js';
import type { TransportState } from '../domain/transport-state.js';
import type { SecurityType } from './entities/http-transport.entity.js';

/**
 * How far two readings of the database's clock may lie apart, the server's own and one measured by a process: what was
 * written as due now must not count as due later because it is read against the other one.
 */
export const CLOCK_SLACK_MS = 20;

/** A transport's configuration as stored (secrets sealed), as a lane's holder needs it. */
export interface StoredTransport {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly url: string;
  /** JSON of `StoredHeader[]`. */
  readonly headers: string;
  readonly securityType: SecurityType;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
  /** JSON of `StoredSigningSecret[]`. */
  readonly signingSecrets: string;
  readonly state: TransportState;
  readonly failingSince: number | null;
  readonly timeoutMs: number | null;
  readonly maxConcurrency: number | null;
  readonly rateLimitRequests: number | null;
  readonly rateLimitPerSeconds: number | null;
  /** JSON of `number[]`. */
  readonly retryScheduleSeconds: string | null;
  readonly version: number;
}

/** A lane that nobody holds and that has something due, or whose holder's lease has expired. */
export interface DueLane {
  readonly transportId: number;
  readonly tenantUid: string;
  /** Scheme, host and port that its transport sends to; '': unknown. */
  readonly origin: string;
  /** Ids of the keys that its transport's secrets are encrypted with (see `keyIdsIn`). */
  readonly encryptedWith: string;
  readonly dueAt: number;
}

/** Where to continue looking for due lanes: strictly after this one in the order (due date, transport). */
export type DueCursor = Pick<DueLane, 'dueAt' | 'transportId'>;
export const FIRST_DUE: DueCursor = { dueAt: -1, transportId: -1 };

/** A lane just claimed. */
export interface ClaimedLane {
  readonly transportId: number;
  /** Fencing token: rises with each claim. A process with an older one holds nothing any more. */
  readonly leaseToken: number;
  /** How long the lease lasts from the claim, in ms. */
  readonly leaseMs: number;
  /** Rises whenever work is added. */
  readonly version: number;
  readonly blockedUntil: number;
  /** How many holders in a row ended without releasing it. */
  readonly crashes: number;
  readonly consecutiveFailures: number;
  readonly rate: RateState;
  /** See `LaneState`. */
  readonly scanFrom: number;
  readonly transport: StoredTransport;
}

/** Where to continue reading a lane: strictly after this row; `{ dueAt: -1, deliveryId: -1 }` is the head. */
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
  /** True when an earlier delivery of the same key is still in the queue: this one must be parked, not sent. */
  readonly behind: boolean;
  /** Crashes during the present attempt that did not count as an attempt, since it is the last one. */
  readonly lostAttempts: number;
  /**
   * Fencing token of the holder that noted this delivery before it sent the present attempt; 0: only an earlier attempt was
   * noted; null: none was.
   */
  readonly notedToken: number | null;
}

export interface LaneReading {
  readonly transportId: number;
  /** The lane's version in the snapshot that the rows were read from. */
  readonly version: number;
  /** Due rows in the order `(dueAt, deliveryId)`; fewer than the limit mean that the scan has ended. */
  readonly rows: readonly QueuedDelivery[];
  /** When the first delivery that is not due yet will be; null: there is none. */
  readonly nextDueAt: number | null;
}

/** What a holder has to know about a lane it holds. */
export interface LaneCheck {
  readonly transportId: number;
  readonly leaseToken: number;
  /** False: it was released, even if the holder never learned that its release has succeeded. */
  readonly isHeld: boolean;
  readonly version: number;
  readonly transportVersion: number;
}

export interface HeldLane {
  readonly transportId: number;
  readonly leaseToken: number;
}

/** Run-time state of a lane that its next holder needs. */
export interface LaneState {
  readonly consecutiveFailures: number;
  readonly rate: RateState;
  /**
   * Due date from which the next holder has to scan: every row that is due earlier has been read and recorded. -1: from
   * the head. It spares the dead rows at the head, which are many while a foreign snapshot keeps them alive.
   */
  readonly scanFrom: number;
}

export interface LaneRenewal extends HeldLane, LaneState {
  readonly leaseMs: number;
}

export interface LaneRelease extends HeldLane, LaneState {
  /** The version before the last whole scan: the release fails if work was added since. Null: whatever the version. */
  readonly version: number | null;
  /**
   * When somebody should claim the lane again; null: when it is notified. The lane of a suspended transport is due
   * never, and a blocked one not before its block ends, whatever this says.
   */
  readonly dueAt: number | null;
}

export interface EventContent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: string;
}

export interface ClaimRequest {
  /** Names the process. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly transportIds: readonly number[];
}

/** How lanes are claimed, read, renewed and released. Every call works on many lanes in one round trip. */
export interface LaneStore {
  /** Due lanes, longest due first. Nothing is locked: another process may claim them first. */
  due(after: DueCursor, limit: number): Promise<DueLane[]>;

  /**
   * Claims those of the given lanes that are still due and that no other transaction has locked. A lane whose lease has
   * expired counts a crash of its holder.
   */
  claim(request: ClaimRequest): Promise<ClaimedLane[]>;

  /** Notes that the holder with this token is about to send the delivery, so that its next holder knows of a crash. */
  note(delivery: QueuedDelivery, leaseToken: number): Promise<void>;

  /** Reads due rows of lanes held by this process. `now` is the database's clock in ms. */
  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]>;

  /** The present version and fencing token of lanes. A lane that is missing from the result was deleted. */
  check(transportIds: readonly number[]): Promise<LaneCheck[]>;

  /**
   * Extends leases, except of lanes that another transaction has locked.
   *
   * @returns the transports whose lease was extended. Ask `check` whether the others are still held.
   */
  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>>;

  /** Releases lanes, except those that another transaction has locked. @returns the transports that were released */
  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>>;

  /** Their holder lives, and only lost its lease: it did not crash. Sets their number of crashes to 0. */
  forgiveCrashes(transportIds: readonly number[]): Promise<void>;

  /** The present configuration of transports. */
  transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>>;

  /**
   * Bodies to be sent, the oldest event first: as many as it takes to reach `leastBytes` of bodies, so never more than
   * that and one body. An event before the last one of the result, or any if it is empty, that is left out is not stored.
   */
  contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]>;
}
