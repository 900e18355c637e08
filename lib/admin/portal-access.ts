/** The members that the requests of Express and Fastify share. */
export interface AccessRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly params: { readonly tenantUid: string };
}

/** Header with the token of a portal link, or `session` if the cookies of the host sign the user in. */
export const PORTAL_HEADER = 'x-tillhook-portal';
/** Value that the portal sends in `PORTAL_HEADER` if the cookies of the host sign the user in. */
export const COOKIE_SESSION = 'session';

/** The token of a portal link that a request carries; undefined: none. It is not checked yet. */
export function portalTokenOf({ headers }: Pick<AccessRequest, 'headers'>): string | undefined {
  const value = headers[PORTAL_HEADER];
  return typeof value === 'string' && value !== COOKIE_SESSION ? value : undefined;
}

/** Decides about requests of the portal, before or after the host's access policy. */
export interface PortalAccess {
  /**
   * Checks the token of a portal link.
   *
   * @param isForLinks whether the route may be used with such a token at all
   * @returns who calls, for the audit; undefined: the request has no such token, so the access policy decides
   * @throws {ApiError} 401 or 403
   */
  ofLink(request: AccessRequest, isForLinks: boolean): Promise<string | undefined>;
  /**
   * Checks that a change which cookies may have authorized comes from a page of the same origin.
   *
   * @throws {ApiError} 403
   */
  assertSameOrigin(request: AccessRequest): void;
}

/** Injection token of the `PortalAccess`; there is none if the host serves neither the portal nor the operator console. */
export const PORTAL_ACCESS = 'nestjs-tillhook:PortalAccess';

/** Metadata of controllers that a session of a portal link must not use. */
export const NOT_FOR_PORTAL_LINKS = 'nestjs-tillhook:not-for-portal-links';
