import type { LaneCandidate } from '../delivery/lanes/choose-lanes.js';
import type { FanoutResult, FanoutWebhook } from '../persistence/ports/fanout-store.js';
import type { TenantShare } from './tenant-shares.js';

/**
 * The lanes that have new deliveries, by transport. If an event is incomplete, its locked lanes are included, because it is not
 * known here which lanes were locked. The lane of a transport that is paused or disabled is not scheduled, so it is not included.
 *
 * @param webhooks by transport
 */
export function lanesToNotify(
  deliveries: TenantShare['deliveries'],
  { written, incomplete }: FanoutResult,
  webhooks: ReadonlyMap<number, FanoutWebhook>,
): Map<number, LaneCandidate> {
  const lanes = new Map<number, LaneCandidate>();
  for (const { eventId, transportId, missedReason } of deliveries) {
    if (missedReason !== null || lanes.has(transportId)) continue;
    if (!written.has(eventId) && !incomplete.has(eventId)) continue;
    const webhook = webhooks.get(transportId);
    if (webhook?.transportState === 'ACTIVE') lanes.set(transportId, candidateOf(webhook));
  }
  return lanes;
}

const candidateOf = ({ transportId, tenantUid, origin, encryptedWith }: FanoutWebhook): LaneCandidate => ({
  transportId,
  tenantUid,
  origin,
  encryptedWith,
  dueAt: null,
});
