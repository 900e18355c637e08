import type { IncomingMessage } from 'node:http';
import type { AccessDecision, WebhooksAccessPolicy } from 'nestjs-tillhook';

/** The access policy of the tests: `Bearer <tenantUid>:admin` is let in, `:cashier` is known but may not. */
export class BearerPolicy implements WebhooksAccessPolicy {
  check(request: unknown, tenantUid: string): AccessDecision {
    const { authorization } = (request as IncomingMessage).headers;
    const [, ofTenant, role] = /^Bearer (.+):(admin|cashier)$/.exec(authorization ?? '') ?? [];
    if (role === undefined) return 'unauthenticated';
    return role === 'admin' && ofTenant === tenantUid ? 'granted' : 'forbidden';
  }
}
