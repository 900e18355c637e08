/** `unauthenticated` is answered with 401, `forbidden` with 403. */
export type AccessDecision = 'granted' | 'unauthenticated' | 'forbidden';

/**
 * The host's answer to the one question the module cannot know: may this request administer this tenant's
 * webhooks? It is asked before anything else is looked at, for every route of the admin API.
 *
 * @example
 * class TokenPolicy implements WebhooksAccessPolicy {
 *   constructor(private readonly tokens: TokenService) {}
 *   async check(request: IncomingMessage, tenantUid: string): Promise<AccessDecision> {
 *     const user = await this.tokens.userOf(request.headers.authorization);
 *     if (!user) return 'unauthenticated';
 *     return user.isAdminOf(tenantUid) ? 'granted' : 'forbidden';
 *   }
 * }
 */
export interface WebhooksAccessPolicy {
  /**
   * An exception becomes the answer as Nest has it (500, or what an HttpException says); access is never granted.
   *
   * @param request the platform's own request object (Express or Fastify), with its `headers`
   * @param tenantUid as in the path, decoded but not validated yet: compare it, do not build queries from it
   */
  check(request: unknown, tenantUid: string): AccessDecision | Promise<AccessDecision>;
}
