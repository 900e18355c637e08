import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { WEBHOOKS_ACCESS_POLICY } from '../webhooks.tokens.js';
import { enforce, type GuardedResponse } from './access-decision.js';
import type { WebhooksAccessPolicy } from './access-policy.js';
import { noteActor } from './audit/request-actor.js';
import { forbidden, portalLinkInvalid } from './api-error.js';
import {
  NOT_FOR_PORTAL_LINKS,
  PORTAL_ACCESS,
  portalTokenOf,
  type AccessRequest,
  type PortalAccess,
} from './portal-access.js';

/** Lets a request to a tenant's routes pass if the host's access policy grants it, or if it has a valid token of a portal link. */
@Injectable()
export class TenantAdminGuard implements CanActivate {
  constructor(
    @Inject(WEBHOOKS_ACCESS_POLICY) private readonly policy: WebhooksAccessPolicy,
    @Optional() @Inject(PORTAL_ACCESS) private readonly portal?: PortalAccess,
  ) {}

  /** @throws {ApiError} 401 or 403 */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const isForLinks = Reflect.getMetadata(NOT_FOR_PORTAL_LINKS, context.getClass()) !== true;
    await this.assertGranted(
      http.getRequest<AccessRequest>(),
      http.getResponse<GuardedResponse>(),
      isForLinks,
    );
    return true;
  }

  /**
   * @param isForLinks whether the route may be used with the token of a portal link
   * @throws {ApiError} 401 or 403
   */
  async assertGranted(request: AccessRequest, response: GuardedResponse, isForLinks = true): Promise<void> {
    // Without a portal, nothing would check the token of a portal link, and guards of the host may let the request pass
    // (`isPortalRequest`).
    if (!this.portal && portalTokenOf(request) !== undefined) throw portalLinkInvalid();
    const holder = await this.portal?.ofLink(request, isForLinks);
    if (holder !== undefined) return noteActor(request, holder);
    enforce(await this.policy.check(request, request.params.tenantUid), request, response, forbidden);
    this.portal?.assertSameOrigin(request);
  }
}
