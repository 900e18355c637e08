import { Injectable } from '@nestjs/common';
import type { AccessDecision, AccessGrant, WebhooksAccessPolicy } from 'nestjs-tillhook';
import type { Request } from 'express';
import { AccessTokens } from './access-tokens.js';
import { bearerTokenOf } from './actor.js';

/** This app's answer to the module's question: may this request administer this tenant's webhooks? */
@Injectable()
export class PosAccessPolicy implements WebhooksAccessPolicy {
  constructor(private readonly accessTokens: AccessTokens) {}

  async check(request: unknown, tenantUid: string): Promise<AccessDecision | AccessGrant> {
    const actor = await this.accessTokens.verify(bearerTokenOf(request as Pick<Request, 'headers'>));
    if (!actor) return 'unauthenticated';
    if (actor.tenant.Uid !== tenantUid || actor.role !== 'Tenant.Admin') return 'forbidden';
    return { decision: 'granted', actor: `user:${actor.user.Uid}` };
  }
}
