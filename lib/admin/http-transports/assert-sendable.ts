import type { EgressClient } from '../../egress/egress-client.js';
import { TargetRefusedError } from '../../errors/target-refused.error.js';
import { badRequest } from '../api-error.js';
import type { TransportDraft } from './transport-draft.js';

/**
 * Refuses what could never be sent, while the person who typed it is still there.
 *
 * @throws {ApiError} 400 `TARGET_REFUSED`
 */
export function assertSendable({ url }: TransportDraft, egress: EgressClient): void {
  try {
    egress.checkUrl(url);
  } catch (error) {
    if (error instanceof TargetRefusedError) throw badRequest('TARGET_REFUSED', error.message);
    throw error;
  }
}
