import type { ClaimedLane, DueLane, EventContent, LaneCheck } from '../ports/lane-store.js';
import { storedTransportOf, type StoredTransportRow } from './stored-transport-row.js';

/** A row with a due lane. Every database returns these columns. */
export interface DueLaneRow {
  transport_id: number;
  due_at: number;
  tenant_uid: string;
  origin: string;
  encrypted_with: string;
}

export const dueLaneOf = (row: DueLaneRow): DueLane => ({
  transportId: row.transport_id,
  tenantUid: row.tenant_uid,
  origin: row.origin,
  encryptedWith: row.encrypted_with,
  dueAt: row.due_at,
});

/** A row with a claimed lane and its transport. Every database returns these columns. */
export interface ClaimedLaneRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  version: number;
  blocked_until: number;
  crashes: number;
  consecutive_failures: number;
  rate_used: number;
  rate_used_until: number;
  scan_from: number;
  requests_version: number;
}

/** @param leaseMs length of the lease from the claim, in ms */
export const claimedLaneOf = (row: ClaimedLaneRow, leaseMs: number): ClaimedLane => ({
  transportId: row.transport_id,
  leaseToken: row.lease_token,
  leaseMs,
  version: row.version,
  requestsVersion: row.requests_version,
  blockedUntil: row.blocked_until,
  crashes: row.crashes,
  consecutiveFailures: row.consecutive_failures,
  rate: { used: row.rate_used, usedUntil: row.rate_used_until },
  scanFrom: row.scan_from,
  transport: storedTransportOf(row),
});

/** A row of the statement that checks lanes. Every database returns these columns. */
export interface LaneCheckRow {
  transport_id: number;
  lease_token: number;
  /** SQLite has no booleans. */
  is_held: boolean | 0 | 1;
  version: number;
  requests_version: number;
  transport_version: number;
}

export const laneCheckOf = (row: LaneCheckRow): LaneCheck => ({
  transportId: row.transport_id,
  leaseToken: row.lease_token,
  isHeld: Boolean(row.is_held),
  version: row.version,
  requestsVersion: row.requests_version,
  transportVersion: row.transport_version,
});

/** A row with the content of an event. Every database returns these columns. */
export interface EventContentRow {
  id: number;
  event_uid: string;
  action: string;
  body: string;
  traceparent: string | null;
  created_at: number;
}

export const eventContentOf = (row: EventContentRow): EventContent => ({
  eventId: row.id,
  eventUid: row.event_uid,
  action: row.action,
  body: row.body,
  traceparent: row.traceparent,
  emittedAt: row.created_at,
});
