import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { WEBHOOKS_ACCESS_POLICY } from '../webhooks.tokens.js';
import type { AccessGrant, WebhooksAccessPolicy } from './access-policy.js';
import { noteActor } from './audit/request-actor.js';
import { forbidden, unauthenticated } from './api-error.js';

/** The members that the requests of Express and Fastify share. */
interface AnyRequest {
  readonly params: { readonly tenantUid: string };
}

/** The members that their responses share. */
interface AnyResponse {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

/** Lets a request to the admin API pass only if the host's access policy grants it. */
@Injectable()
export class TenantAdminGuard implements CanActivate {
  constructor(@Inject(WEBHOOKS_ACCESS_POLICY) private readonly policy: WebhooksAccessPolicy) {}

  /** @throws {ApiError} 401 or 403 */
  async canActivate(context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    await this.assertGranted(http.getRequest<AnyRequest>(), http.getResponse<AnyResponse>());
    return true;
  }

  /** @throws {ApiError} 401 or 403 */
  async assertGranted(request: AnyRequest, response: AnyResponse): Promise<void> {
    const result = await this.policy.check(request, request.params.tenantUid);
    const decision = isGrant(result) ? result.decision : result;
    if (decision === 'granted') {
      if (isGrant(result)) noteActor(request, result.actor);
      return;
    }
    if (decision !== 'unauthenticated') throw forbidden();
    // A host with another scheme sets this header itself, in a middleware.
    if (response.getHeader('www-authenticate') === undefined) response.header('www-authenticate', 'Bearer');
    throw unauthenticated();
  }
}

/** The policy is the host's code, which may return anything. */
const isGrant = (result: unknown): result is AccessGrant => typeof result === 'object' && result !== null;
