import type { EntityReference } from 'nestjs-tillhook';
import type { Request } from 'express';
import type { Role } from './tenant-user.entity.js';

/** The caller, as the access token names them. */
export interface Actor {
  readonly tenant: Required<EntityReference>;
  readonly user: Required<EntityReference>;
  readonly role: Role;
}

/** A request that the `AccessTokenGuard` let through. */
export interface ActorRequest extends Request {
  actor: Actor;
}

/** The token of `Authorization: Bearer <token>`. */
export const bearerTokenOf = (request: Pick<Request, 'headers'>): string | undefined =>
  /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
