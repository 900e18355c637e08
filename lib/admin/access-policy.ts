/** The admin API responds to `unauthenticated` with 401, and to `forbidden` with 403. */
export type AccessDecision = 'granted' | 'unauthenticated' | 'forbidden';

/** Access for a known caller. */
export interface AccessGrant {
  readonly decision: 'granted';
  /**
   * Who calls, for the audit, e.g. `user:42`: 1 to 255 characters without control characters; longer text is cut. Do not
   * put secrets into it. The name `system` is reserved for the module: if the policy returns it, the audit records no actor.
   */
  readonly actor: string;
}

/**
 * Decides whether a request may administer a tenant's webhooks. The host provides it, because the module does not know the
 * host's users. It is called for every request to the admin API, before the module validates the request. Exceptions:
 * requests that the platform handles itself (OPTIONS, or a body that it cannot parse), requests that your guards refuse, and
 * requests with the token of a portal link, which the module checks itself.
 *
 * @example
 * class TokenPolicy implements WebhooksAccessPolicy {
 *   constructor(private readonly tokens: TokenService) {}
 *   async check(request: IncomingMessage, tenantUid: string): Promise<AccessDecision | AccessGrant> {
 *     const user = await this.tokens.userOf(request.headers.authorization);
 *     if (!user) return 'unauthenticated';
 *     return user.isAdminOf(tenantUid) ? { decision: 'granted', actor: `user:${user.id}` } : 'forbidden';
 *   }
 * }
 */
export interface WebhooksAccessPolicy {
  /**
   * Decides whether a request may administer the webhooks of a tenant. If the method throws, access is not granted, and Nest
   * handles the exception (500, or the status of an HttpException).
   *
   * @param request the platform's own request object (Express or Fastify), with its `headers`
   * @param tenantUid as in the path, decoded but not validated yet: compare it, do not build queries from it
   * @returns the decision; `{ decision: 'granted', actor }` also names the caller, for the audit
   */
  check(
    request: unknown,
    tenantUid: string,
  ): AccessDecision | AccessGrant | Promise<AccessDecision | AccessGrant>;

  /**
   * Decides whether a request may use the operator routes (`…/webhookoperations`), which concern all tenants: they show and
   * stop the deliveries of everybody. Grant access only to the people who run the application, never to the admin of a tenant.
   * Without this method, nobody may use them: they respond with 403 `OPERATOR_ACCESS_UNDEFINED`.
   *
   * @param request as for `check`
   * @returns as for `check`
   */
  checkOperator?(request: unknown): AccessDecision | AccessGrant | Promise<AccessDecision | AccessGrant>;
}
