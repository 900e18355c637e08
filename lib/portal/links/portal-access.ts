import { Inject, Injectable } from '@nestjs/common';
import { crossSiteRequest, forbidden, portalLinkInvalid, portalReadOnly } from '../../admin/api-error.js';
import {
  COOKIE_SESSION,
  PORTAL_HEADER,
  portalTokenOf,
  type AccessRequest,
  type PortalAccess,
} from '../../admin/portal-access.js';
import { PortalLinksService } from './portal-links.service.js';

/** The ways to sign in that the mounted pages permit. */
export interface PortalAccessRules {
  /** Whether portal links sign users in. They do if the portal of the tenants is mounted. */
  readonly hasLinks: boolean;
  /** Whether cookies of the host sign users in on one of the pages. */
  readonly cookieSession: boolean;
}

/** Injection token of the `PortalAccessRules`. */
export const PORTAL_ACCESS_RULES = 'nestjs-tillhook:PortalAccessRules';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Access by portal links, and the protection of sessions by cookies. */
@Injectable()
export class PortalRequestAccess implements PortalAccess {
  constructor(
    private readonly links: PortalLinksService,
    @Inject(PORTAL_ACCESS_RULES) private readonly rules: PortalAccessRules,
  ) {}

  async ofLink(request: AccessRequest, isForLinks: boolean): Promise<string | undefined> {
    const token = portalTokenOf(request);
    if (token === undefined) return undefined;
    const link = this.rules.hasLinks ? await this.links.linkOfToken(token) : undefined;
    if (!link) throw portalLinkInvalid();
    // The same response as for a caller without rights in the tenant.
    if (link.tenantUid !== request.params.tenantUid || !isForLinks) throw forbidden();
    if (link.readOnly && !READING.has(request.method)) throw portalReadOnly();
    return `portal:${link.linkUid}`;
  }

  assertSameOrigin({ method, headers }: AccessRequest): void {
    if (!this.rules.cookieSession || READING.has(method)) return;
    // Without a cookie, or with a token that only a script can add, the request is not authorized by a cookie.
    if (headers['cookie'] === undefined || isAddedByScript(headers['authorization'])) return;
    if (headers[PORTAL_HEADER] !== COOKIE_SESSION || !isSameOrigin(headers)) throw crossSiteRequest();
  }
}

/** Browsers send credentials of these schemes by themselves, as they send cookies. */
const SENT_BY_BROWSERS = /^(basic|digest|negotiate|ntlm)\b/i;

const isAddedByScript = (authorization: AccessRequest['headers'][string]): boolean =>
  typeof authorization === 'string' && !SENT_BY_BROWSERS.test(authorization);

/** All current browsers send `sec-fetch-site` (Fetch Metadata). For other browsers `origin` decides: it must name this host. */
function isSameOrigin(headers: AccessRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = headers['origin'];
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host === headers['host'];
}
