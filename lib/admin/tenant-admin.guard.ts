import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { WEBHOOKS_ACCESS_POLICY } from '../webhooks.tokens.js';
import { enforce, type GuardedResponse } from './access-decision.js';
import type { WebhooksAccessPolicy } from './access-policy.js';
import { forbidden } from './api-error.js';

/** The members that the requests of Express and Fastify share. */
interface TenantRequest {
  readonly params: { readonly tenantUid: string };
}

/** Lets a request to the admin API pass only if the host's access policy grants it. */
@Injectable()
export class TenantAdminGuard implements CanActivate {
  constructor(@Inject(WEBHOOKS_ACCESS_POLICY) private readonly policy: WebhooksAccessPolicy) {}

  /** @throws {ApiError} 401 or 403 */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    await this.assertGranted(http.getRequest<TenantRequest>(), http.getResponse<GuardedResponse>());
    return true;
  }

  /** @throws {ApiError} 401 or 403 */
  async assertGranted(request: TenantRequest, response: GuardedResponse): Promise<void> {
    enforce(await this.policy.check(request, request.params.tenantUid), request, response, forbidden);
  }
}
