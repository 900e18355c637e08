import type { TransportState } from '../../domain/transport-state.js';
import { PARKED_DUE_AT } from '../ports/record-store.js';

/** Numbers of outcomes within a period. */
export interface RecentCounts {
  readonly delivered: number;
  readonly failed: number;
  /** Failed attempts after which the delivery is retried. */
  readonly retried: number;
}

/** A failing transport: every attempt since `failingSince` has failed. Instants are ms since the epoch. */
export interface FailingTransport extends RecentCounts {
  readonly id: number;
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly state: TransportState;
  readonly disabledReason: string | null;
  readonly failingSince: number;
  readonly consecutiveFailures: number;
  readonly blockedUntil: number;
}

/** A lane with a due date: it has deliveries to be sent, or a process holds it. Instants are ms since the epoch. */
export interface ListedLane {
  readonly transportId: number;
  readonly tenantUid: string;
  /** Null: the transport was deleted meanwhile. */
  readonly httpTransportUid: string | null;
  /** Null: no process holds it. */
  readonly holder: string | null;
  readonly leaseUntil: number;
  /** When a process should claim the lane; for a held lane, the end of the lease. */
  readonly dueAt: number;
  readonly blockedUntil: number;
  readonly crashes: number;
  readonly consecutiveFailures: number;
  /** Due date of the first delivery that the next scan reads; null: there is none, or it is parked. */
  readonly firstDueAt: number | null;
}

/** A process that holds lanes. */
export interface LaneHolder {
  readonly holder: string;
  /** Number of lanes that the process holds. */
  readonly lanes: number;
  /** Earliest end of a lease of this process, ms since the epoch. */
  readonly firstLeaseUntil: number;
}

/** A tenant in the operator's list. */
export interface ListedTenant extends Omit<RecentCounts, 'retried'> {
  readonly id: number;
  readonly tenantUid: string;
  /** Number of transports. */
  readonly transports: number;
  /** Number of paused transports. */
  readonly paused: number;
  /** Number of disabled transports. */
  readonly disabled: number;
  /** Number of failing transports. */
  readonly failing: number;
  /** Number of missed deliveries within the period. */
  readonly missed: number;
}

/** TypeORM's PostgreSQL driver may return 64-bit numbers as text. */
type Numeric = number | string;
type Columns<Names extends string> = Record<Names, Numeric>;

export interface FailingRow extends Columns<
  'id' | 'failing_since' | 'consecutive_failures' | 'blocked_until' | 'delivered' | 'failed' | 'retried'
> {
  tenant_uid: string;
  http_transport_uid: string;
  name: string;
  origin: string;
  state: string;
  disabled_reason: string | null;
}

export const failingTransportOf = (row: FailingRow): FailingTransport => ({
  id: Number(row.id),
  tenantUid: row.tenant_uid,
  httpTransportUid: row.http_transport_uid,
  name: row.name,
  origin: row.origin,
  state: row.state as TransportState,
  disabledReason: row.disabled_reason,
  failingSince: Number(row.failing_since),
  consecutiveFailures: Number(row.consecutive_failures),
  blockedUntil: Number(row.blocked_until),
  delivered: Number(row.delivered),
  failed: Number(row.failed),
  retried: Number(row.retried),
});

export interface ListedLaneRow extends Columns<
  'transport_id' | 'lease_until' | 'due_at' | 'blocked_until' | 'crashes' | 'consecutive_failures'
> {
  tenant_uid: string;
  http_transport_uid: string | null;
  holder: string | null;
  first_due_at: Numeric | null;
}

export const listedLaneOf = (row: ListedLaneRow): ListedLane => ({
  transportId: Number(row.transport_id),
  tenantUid: row.tenant_uid,
  httpTransportUid: row.http_transport_uid,
  holder: row.holder,
  leaseUntil: Number(row.lease_until),
  dueAt: Number(row.due_at),
  blockedUntil: Number(row.blocked_until),
  crashes: Number(row.crashes),
  consecutiveFailures: Number(row.consecutive_failures),
  firstDueAt: instantOf(row.first_due_at),
});

/** The due date of a delivery; null: there is no delivery, or it is parked and waits for another one instead of a date. */
const instantOf = (dueAt: Numeric | null): number | null =>
  dueAt === null || Number(dueAt) >= PARKED_DUE_AT ? null : Number(dueAt);

export interface HolderRow extends Columns<'lanes' | 'first_lease_until'> {
  holder: string;
}

export const holderOf = (row: HolderRow): LaneHolder => ({
  holder: row.holder,
  lanes: Number(row.lanes),
  firstLeaseUntil: Number(row.first_lease_until),
});

export interface ListedTenantRow extends Columns<
  'id' | 'transports' | 'paused' | 'disabled' | 'failing' | 'delivered' | 'failed' | 'missed'
> {
  tenant_uid: string;
}

export const listedTenantOf = (row: ListedTenantRow): ListedTenant => ({
  id: Number(row.id),
  tenantUid: row.tenant_uid,
  transports: Number(row.transports),
  paused: Number(row.paused),
  disabled: Number(row.disabled),
  failing: Number(row.failing),
  delivered: Number(row.delivered),
  failed: Number(row.failed),
  missed: Number(row.missed),
});
