import type { Expiring } from './secret-rotation.js';

/** How long before the end of an overlap the notification is due, in ms. */
const BEFORE_END_MS = 24 * 3_600_000;

/**
 * End of the overlap, during which older secrets also sign, in ms since the epoch.
 *
 * @param secrets all secrets that sign
 * @returns `nowMs` if only the newest secret signs
 */
export const overlapEnd = (secrets: readonly Expiring[], nowMs: number): number =>
  Math.max(nowMs, ...secrets.map(({ expiresAt }) => expiresAt ?? 0));

/**
 * When the tenant is notified that the overlap of a rotation ends: 24 h before the end, or when half of the overlap has passed
 * if that is later.
 *
 * @param secrets all secrets that sign after the rotation
 * @param nowMs when the secret was rotated, ms since the epoch
 * @returns ms since the epoch; null: there is no overlap
 */
export function overlapNoticeAt(secrets: readonly Expiring[], nowMs: number): number | null {
  const overlapMs = overlapEnd(secrets, nowMs) - nowMs;
  return overlapMs === 0 ? null : nowMs + overlapMs - Math.min(BEFORE_END_MS, Math.floor(overlapMs / 2));
}
