import { Injectable } from '@nestjs/common';
import type { AccessDecision, AccessGrant, WebhooksAccessPolicy } from 'nestjs-tillhook';
import type { Request } from 'express';
import { AccessTokens } from './access-tokens.js';
import { bearerTokenOf } from './actor.js';
import { OperatorToken } from './operator-token.js';

/** Decides who may administer a tenant's webhooks, and who may use the operator routes. */
@Injectable()
export class PosAccessPolicy implements WebhooksAccessPolicy {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly operatorToken: OperatorToken,
  ) {}

  async check(request: unknown, tenantUid: string): Promise<AccessDecision | AccessGrant> {
    const actor = await this.accessTokens.verify(bearerTokenOf(request as Pick<Request, 'headers'>));
    if (!actor) return 'unauthenticated';
    if (actor.tenant.Uid !== tenantUid || actor.role !== 'Tenant.Admin') return 'forbidden';
    return { decision: 'granted', actor: `user:${actor.user.Uid}` };
  }

  checkOperator(request: unknown): AccessDecision | AccessGrant {
    const token = bearerTokenOf(request as Pick<Request, 'headers'>);
    if (token === undefined) return 'unauthenticated';
    return this.operatorToken.matches(token) ? { decision: 'granted', actor: 'operator' } : 'forbidden';
  }
}
