import type { IncomingMessage } from 'node:http';
import type { AccessDecision, AccessGrant, WebhooksAccessPolicy } from 'nestjs-tillhook';

const TENANT_TOKEN = /^Bearer (.+):(admin|cashier)$/;
const OPERATOR_TOKEN = /^Bearer operator\/(.+)$/;

/**
 * The access policy of the tests: `Bearer <tenantUid>:admin` gets access, `:cashier` is a known user without
 * access. `Bearer operator/<name>` is an operator, who may administer no tenant.
 */
export class BearerPolicy implements WebhooksAccessPolicy {
  check(request: unknown, tenantUid: string): AccessDecision {
    const [, ofTenant, role] = TENANT_TOKEN.exec(authorizationOf(request)) ?? [];
    if (role === undefined) return 'unauthenticated';
    return role === 'admin' && ofTenant === tenantUid ? 'granted' : 'forbidden';
  }

  checkOperator(request: unknown): AccessDecision | AccessGrant {
    const [, name] = OPERATOR_TOKEN.exec(authorizationOf(request)) ?? [];
    if (name !== undefined) return { decision: 'granted', actor: `ops:${name}` };
    return TENANT_TOKEN.test(authorizationOf(request)) ? 'forbidden' : 'unauthenticated';
  }
}

const authorizationOf = (request: unknown): string =>
  (request as IncomingMessage).headers.authorization ?? '';
