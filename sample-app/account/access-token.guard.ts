import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  SetMetadata,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccessTokens } from './access-tokens.js';
import { type ActorRequest, bearerTokenOf } from './actor.js';

const ADMIN_ONLY = 'sample-app:adminOnly';

/** Keeps a controller or a route for `Tenant.Admin`. */
export const AdminOnly = () => SetMetadata(ADMIN_ONLY, true);

/** Lets a request through that has an access token of the tenant in its path, and the role that the route asks for. */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ActorRequest>();
    const actor = await this.accessTokens.verify(bearerTokenOf(request));
    if (!actor)
      throw new UnauthorizedException('Send the accessToken of POST /v2/account as the bearer token.');
    if (actor.tenant.Uid !== request.params.tenantUid) {
      throw new ForbiddenException('The access token belongs to another tenant.');
    }
    if (this.#isAdminOnly(context) && actor.role !== 'Tenant.Admin') {
      throw new ForbiddenException('This needs the role Tenant.Admin.');
    }
    request.actor = actor;
    return true;
  }

  #isAdminOnly(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride(ADMIN_ONLY, [context.getHandler(), context.getClass()]) === true;
  }
}
