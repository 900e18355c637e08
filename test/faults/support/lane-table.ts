import { ALL_ATTEMPTS } from '../../support/all-deliveries.js';
import type { DataSource } from 'typeorm';

/** The row of one transport in the lane table. */
export interface LaneRow {
  readonly holder: string | null;
  readonly leaseToken: number;
  readonly crashes: number;
}

/** All lanes, in the order of their transports. */
export async function lanesOf(dataSource: DataSource): Promise<LaneRow[]> {
  const rows = await dataSource.query<
    { holder: string | null; lease_token: number | string; crashes: number | string }[]
  >('SELECT holder, lease_token, crashes FROM webhook_lane ORDER BY transport_id');
  return rows.map(({ holder, lease_token, crashes }) => ({
    holder,
    leaseToken: Number(lease_token),
    crashes: Number(crashes),
  }));
}

/**
 * Moves the end of each present lease to this many ms from now. A negative number makes the leases expire, so that a test
 * does not have to wait for the leases of a process that it has killed.
 */
export async function endLeasesIn(dataSource: DataSource, ms: number): Promise<void> {
  const at = Date.now() + ms;
  await dataSource.query(
    `UPDATE webhook_lane SET lease_until = ${at}, due_at = ${at} WHERE holder IS NOT NULL`,
  );
}

/** An attempt in the log. */
export interface AttemptRow {
  readonly deliveryId: string;
  readonly number: number;
  readonly errorCode: string | null;
}

/** The attempts that count, in their order. */
export async function countedAttempts(dataSource: DataSource): Promise<AttemptRow[]> {
  const rows = await dataSource.query<
    { delivery_id: number | string; number: number; error_code: string | null }[]
  >(
    `SELECT delivery_id, number, error_code FROM ${ALL_ATTEMPTS} WHERE NOT orphaned ORDER BY delivery_id, number`,
  );
  return rows.map(({ delivery_id, number, error_code }) => ({
    deliveryId: String(delivery_id),
    number,
    errorCode: error_code,
  }));
}
