import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { WEBHOOKS_ACCESS_POLICY } from '../webhooks.tokens.js';
import { enforce, type GuardedResponse } from './access-decision.js';
import type { WebhooksAccessPolicy } from './access-policy.js';
import { PORTAL_ACCESS, portalTokenOf, type AccessRequest, type PortalAccess } from './portal-access.js';
import { operatorAccessUndefined, operatorForbidden } from './api-error.js';

/** Lets a request to an operator route pass only if the host's access policy has `checkOperator`, and this method grants it. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(
    @Inject(WEBHOOKS_ACCESS_POLICY) private readonly policy: WebhooksAccessPolicy,
    @Optional() @Inject(PORTAL_ACCESS) private readonly portal?: PortalAccess,
  ) {}

  /** @throws {ApiError} 401 or 403 */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    await this.assertGranted(http.getRequest<AccessRequest>(), http.getResponse<GuardedResponse>());
    return true;
  }

  /** @throws {ApiError} 401 or 403 */
  async assertGranted(request: AccessRequest, response: GuardedResponse): Promise<void> {
    if (typeof this.policy.checkOperator !== 'function') throw operatorAccessUndefined();
    // A portal link gives access to one tenant only. Do not call the policy: it may grant every request that the host's
    // guards let pass.
    if (portalTokenOf(request) !== undefined) throw operatorForbidden();
    enforce(await this.policy.checkOperator(request), request, response, operatorForbidden);
    this.portal?.assertSameOrigin(request);
  }
}
