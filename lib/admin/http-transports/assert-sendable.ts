import type { EgressClient } from '../../egress/egress-client.js';
import { assertTenantHeaders } from '../../egress/header-policy.js';
import { HeaderRefusedError, TargetRefusedError } from '../../errors/admin.errors.js';
import { badRequest } from '../api-error.js';
import type { TransportDraft } from './transport-draft.js';

/**
 * Rejects a URL or header that could never be sent, while the user can still correct it.
 *
 * @throws {ApiError} 400 `TARGET_REFUSED` or `HEADER_REFUSED`
 */
export function assertSendable(draft: TransportDraft, egress: EgressClient): void {
  try {
    egress.checkUrl(draft.url);
    assertTenantHeaders(
      // A stored value was checked when it was set. Its name is checked again, because the security type may have changed.
      draft.headers.map(({ key, value }) => ({ key, value: 'clear' in value ? value.clear : '' })),
      { authorizationSet: draft.securityType !== 'NONE' },
    );
  } catch (error) {
    if (error instanceof TargetRefusedError) throw badRequest('TARGET_REFUSED', error.message);
    if (error instanceof HeaderRefusedError) throw badRequest('HEADER_REFUSED', error.message);
    throw error;
  }
}
