import type { RedeliveryRefusal } from '../../errors/admin.errors.js';
import type { RedeliveryFacts } from '../../persistence/ports/request-store.js';

/**
 * Decides whether a delivery can be redelivered. Reasons that are final are checked before reasons that may go away, so that
 * the refusal names an obstacle that waiting does not remove.
 *
 * A paused transport is no obstacle: the delivery waits until the transport is resumed, as every pending one does. A disabled
 * transport is an obstacle, because it may never be enabled again.
 *
 * @returns the reason why it cannot be redelivered; undefined if it can
 */
export function refusalOf(facts: RedeliveryFacts): RedeliveryRefusal | undefined {
  if (facts.transportState === null) return 'HTTP_TRANSPORT_DELETED';
  if (!facts.hasWebhook) return 'WEBHOOK_DELETED';
  if (!facts.hasPayload) return 'PAYLOAD_GONE';
  if (facts.transportState === 'DISABLED') return 'TRANSPORT_STATE_CONFLICT';
  if (facts.requested !== null) return 'REDELIVERY_PENDING';
  return undefined;
}
