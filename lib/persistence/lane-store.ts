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

/** A lane just taken. */
export interface TakenLane {
  readonly transportId: number;
  /** Rises with each take: whoever has an older one holds nothing any more. */
  readonly leaseToken: number;
  /** How long the lease lasts from the take, in ms. */
  readonly leaseMs: number;
  /** Rises whenever work is added. */
  readonly version: number;
  readonly blockedUntil: number;
  /** How many holders in a row ended without giving it back. */
  readonly crashes: number;
  readonly consecutiveFailures: number;
  /** See `LaneState`. */
  readonly ended: number;
  readonly rate: RateState;
  readonly transport: StoredTransport;
}

/** Where to go on reading a lane: strictly after this row; `{ dueAt: -1, deliveryId: -1 }` is the head. */
export interface LaneCursor {
  readonly dueAt: number;
  readonly deliveryId: number;
}

export interface LaneReadRequest {
  readonly transportId: number;
  readonly after: LaneCursor;
  readonly limit: number;
}

/** A delivery as it stands in the queue. */
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
  /** How often it was noted before it was sent, and its process ended before the outcome was recorded. */
  readonly lostAttempts: number;
}

export interface LaneReading {
  readonly transportId: number;
  /** The lane's version in the snapshot that the rows were read from. */
  readonly version: number;
  /** Due rows in the order `(dueAt, deliveryId)`; fewer than asked for means that the scan has ended. */
  readonly rows: readonly QueuedDelivery[];
  /** When the first delivery that is not due yet will be; null: there is none. */
  readonly nextDueAt: number | null;
}

/** What a holder has to know about a lane it holds. */
export interface LaneCheck {
  readonly transportId: number;
  readonly leaseToken: number;
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
  /**
   * How many deliveries have ever left the lane's queue. The sum and not what was added to it, so that whoever does not
   * know whether it was written can write it again. What a crash leaves out is made good when the lane is found empty.
   */
  readonly ended: number;
  readonly rate: RateState;
}

export interface LaneRenewal extends HeldLane, LaneState {
  readonly leaseMs: number;
}

export interface LaneRelease extends HeldLane, LaneState {
  /** The version before the last whole scan: the release fails when work was added since. Null: whatever the version. */
  readonly version: number | null;
  /** When the lane should be looked at again; null: when it is told. */
  readonly dueAt: number | null;
  /** At this version there is nothing in its queue: whatever has come into it has ended. */
  readonly isEmpty: boolean;
}

export interface EventContent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: string;
}

export interface TakeRequest {
  /** Names the process. */
  readonly holder: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Only lanes that have been due for so long, in ms: a busy process leaves the others to idle ones. */
  readonly overdueMs: number;
  /** Tenants of which this process holds enough already. */
  readonly exceptTenants: readonly string[];
  /** Only these: fan-out has just told them. */
  readonly transportIds?: readonly number[];
}

/** How lanes are taken, read and given back. Every call works on many lanes in one round trip. */
export interface LaneStore {
  /** Takes up to `limit` due lanes, longest due first. A lane with an expired lease counts a crash. */
  take(request: TakeRequest): Promise<TakenLane[]>;

  /** Whether a lane has been due for `overdueMs` that this process does not hold. */
  isWaiting(overdueMs: number): Promise<boolean>;

  /**
   * This process could send more than it finds: others that have more than they can send should give lanes back. Where a
   * write is dear, it is spared when no other process holds a lane.
   */
  announceIdle(holder: string): Promise<void>;

  /** Whether another process has announced within the last `withinMs` that it is idle. */
  isOtherIdle(holder: string, withinMs: number): Promise<boolean>;

  /** Notes that a delivery is about to be sent, so that it is known should this process die of it; an outcome wipes that out. */
  note(delivery: QueuedDelivery): Promise<void>;

  /** Takes a note back: the delivery was not sent, or this process itself gave it up. */
  unnote(delivery: QueuedDelivery): Promise<void>;

  /** Reads due rows of lanes held by this process. `now` is the database's clock in ms. */
  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]>;

  /** What has been told about the held lanes. A lane that is missing from the answer is not held any more. */
  check(transportIds: readonly number[]): Promise<LaneCheck[]>;

  /** Extends leases. @returns the transports whose lease is still ours */
  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>>;

  /** Gives lanes back. @returns the transports that were given back */
  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>>;

  /** The present configuration of transports. */
  transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>>;

  /**
   * What is to be sent, the oldest event first: as many as it takes to reach `leastBytes` of bodies, so never more than
   * that and one body. An event before the last one of the answer, or any if it is empty, that is left out is not stored.
   */
  contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]>;
}
